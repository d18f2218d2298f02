import { PassThrough, Readable } from "node:stream";
import { z } from "zod";
import { retriableError } from "../errors.ts";
import type { Program, ProgramResult } from "../programs/index.ts";
import { ByteReader } from "./byte-reader.ts";

const MIB = 1024 ** 2;
/** A text takes a tenth of the time that it lasts; the rest is for a busy machine. */
const PATIENCE_MS = 120_000;
const limits = { memoryBytes: 1024 * MIB, cpuSeconds: 3_600, fileSizeBytes: MIB, processes: 64 };
const MAX_LINE_BYTES = 16 * MIB;

/** The samples that follow an answer. */
export const audioBytes = z
  .int()
  .min(0)
  .max(256 * MIB);

/** A program that speaks. */
interface SpeakingProgram {
  /** For people, e.g. `Flite`. */
  title: string;
  program: Program;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/**
 * A running program that speaks one text after the other: a line of JSON per request, and for each a line of
 * JSON with the bytes of audio that follow it. Disposing stops it.
 */
export class EngineProcess<Answer extends { audioBytes: number }> implements AsyncDisposable {
  readonly #title: string;
  readonly #answer: z.ZodType<Answer>;
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<ProgramResult | null>;
  readonly #reader: ByteReader;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor({ title, program, args, env }: SpeakingProgram, answer: z.ZodType<Answer>) {
    this.#title = title;
    this.#answer = answer;
    const output = Promise.withResolvers<Readable>();
    const options = {
      ...{ input: this.#input, signal: this.#stop.signal, limits, onOutput: output.resolve },
      ...(env && { env }),
    };
    this.#ended = program.run(args, options).catch(() => null);
    void this.#ended.then(() => {
      this.#isOver = true;
      output.resolve(Readable.from([]));
    });
    this.#reader = new ByteReader(output.promise);
  }

  /** Whether it can speak no more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Throws a retriable `RenderError` if it ends, or takes too long. */
  ask(request: object): Promise<{ answer: Answer; audio: Buffer }> {
    const asked = this.#last.then(() => this.#exchange(request));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #exchange(request: object): Promise<{ answer: Answer; audio: Buffer }> {
    const late = setTimeout(() => this.#stop.abort(new Error("It is too slow.")), PATIENCE_MS);
    try {
      this.#input.write(`${JSON.stringify(request)}\n`);
      const answer = this.#answer.parse(JSON.parse((await this.#reader.line(MAX_LINE_BYTES)).toString()));
      return { answer, audio: await this.#reader.bytes(answer.audioBytes) };
    } catch (error) {
      this.#isOver = true;
      this.#stop.abort(error);
      const ended = await this.#ended;
      throw failed(this.#title, ended, error);
    } finally {
      clearTimeout(late);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The speaker is closed."));
    await this.#ended;
  }
}

const failed = (title: string, ended: ProgramResult | null, cause: unknown) => {
  const how = ended?.endedFor ?? ended?.signal ?? (ended ? `exit code ${ended.exitCode}` : "stopped");
  return retriableError(
    "WORKER",
    "SPEECH_FAILED",
    `${title} did not speak the text (${how}). Try again; if that does not help, choose another engine (SPEECH on the worker).`,
    ended?.stderr,
    cause,
  );
};
