import { PassThrough, Readable } from "node:stream";
import { retriableError } from "../../errors.ts";
import type { ProgramResult } from "../../programs/index.ts";
import { ByteReader } from "../byte-reader.ts";
import type { InstalledFlite } from "./find-flite.ts";
import { FliteAnswer, type FliteRequest } from "./protocol.ts";

const MIB = 1024 ** 2;
/** A text takes a thirtieth of the time that it lasts; the rest is for a busy machine. */
const PATIENCE_MS = 120_000;
const limits = { memoryBytes: 1024 * MIB, cpuSeconds: 3_600, fileSizeBytes: MIB, processes: 64 };
const MAX_LINE_BYTES = 16 * MIB;

/** A running Flite, which speaks one text after the other. Disposing stops it. */
export class FliteProcess implements AsyncDisposable {
  readonly #input = new PassThrough();
  readonly #stop = new AbortController();
  readonly #ended: Promise<ProgramResult | null>;
  readonly #reader: ByteReader;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor({ program, args }: InstalledFlite) {
    const output = Promise.withResolvers<Readable>();
    const options = { input: this.#input, signal: this.#stop.signal, limits, onOutput: output.resolve };
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
  ask(request: FliteRequest): Promise<{ answer: FliteAnswer; wav: Buffer }> {
    const asked = this.#last.then(() => this.#exchange(request));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #exchange(request: FliteRequest): Promise<{ answer: FliteAnswer; wav: Buffer }> {
    const late = setTimeout(() => this.#stop.abort(new Error("Flite is too slow.")), PATIENCE_MS);
    try {
      this.#input.write(`${JSON.stringify(request)}\n`);
      const answer = FliteAnswer.parse(JSON.parse((await this.#reader.line(MAX_LINE_BYTES)).toString()));
      return { answer, wav: await this.#reader.bytes(answer.wavBytes) };
    } catch (error) {
      this.#isOver = true;
      this.#stop.abort(error);
      const ended = await this.#ended;
      throw failed(ended, error);
    } finally {
      clearTimeout(late);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The speaker is closed."));
    await this.#ended;
  }
}

const failed = (ended: ProgramResult | null, cause: unknown) => {
  const how = ended?.endedFor ?? ended?.signal ?? (ended ? `exit code ${ended.exitCode}` : "stopped");
  return retriableError(
    "WORKER",
    "SPEECH_FAILED",
    `Flite did not speak the text (${how}). Try again; if that does not help, choose another engine (SPEECH on the worker).`,
    ended?.stderr,
    cause,
  );
};
