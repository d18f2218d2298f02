import { availableParallelism } from "node:os";
import { PassThrough, Readable } from "node:stream";
import type { DrawingStep } from "@reelay/contracts";
import type { Logger } from "pino";
import type { ScriptLimits } from "../config.ts";
import { inputError, type RenderError, retriableError, scriptError } from "../errors.ts";
import { type Program, type ProgramEnd, type ProgramResult, ProgramUsage } from "../programs/index.ts";
import type { Counted, PainterEvent, PainterFailure, Picture } from "./events.ts";
import type { DrawnFrame } from "./frame.ts";
import { Patience } from "./patience.ts";
import { printable } from "./printable.ts";
import { CutOffError, ProtocolError } from "./protocol-error.ts";
import { type PainterRecord, readRecords } from "./read-records.ts";

/** What a painter is asked to draw, as its only argument in JSON (docs/reference/painters.md). */
export type PainterJob = ScriptJob | TemplateJob;

/** For the painter of scripts. */
export interface ScriptJob {
  version: 1;
  /** `CHECK` ends after the count pass. */
  mode: "DRAW" | "CHECK";
  /** Absolute path of the script. */
  script: string;
  scene: string | null;
  width: number;
  height: number;
  frameRate: number;
  renderer: "CAIRO" | "OPENGL";
  seed: number;
  /** Index of the first animation whose frames are sent. Default 0. */
  startAt?: number;
  /** Files that the script uses by their names: their folder, and the names of those that are fonts. */
  materials?: { folder: string; fonts: readonly string[] };
}

/** For the painter of templates. */
export interface TemplateJob {
  version: 1;
  /**
   * `CHECK`: texts, lengths and problems. `STILL`: the same, and one picture of each wanted scene. `SCENES`:
   * those that are ordered. `ROWS` and `ROW_STILLS`: like `CHECK` and `STILL` of a list of data.
   */
  mode: "DRAW" | "CHECK" | "SCENES" | "STILL" | "ROWS" | "ROW_STILLS";
  /** Absolute path of the template's folder. */
  template: string;
  /** Absolute path of a file with the data, in JSON. */
  data: string;
  width: number;
  height: number;
  frameRate: number;
  /** Index of the first scene whose frames are sent. Default 0. */
  startAt?: number;
  /** Lengths of spoken texts in ms, by their ids. Default: reading time. */
  clips?: Readonly<Record<string, number>>;
  /** Files that the data names, like a script's. */
  materials?: { folder: string; fonts: readonly string[] };
  /** Whether a clip is shown behind the pictures, which are transparent then. Default: no. */
  isOverVideo?: boolean;
  /** With `STILL`: indexes of scenes, null for the first 20; and the mark at whose end they are drawn. */
  stills?: { scenes: readonly number[] | null; mark: string | null };
}

export interface PaintingLimits extends ScriptLimits {
  /** Length of the timeline. */
  durationMs: number;
}

export interface PaintingOptions {
  /** The painter's interpreter, in its jail. */
  program: Program;
  /** Arguments before the job. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string | undefined;
  job: PainterJob;
  limits: PaintingLimits;
  signal: AbortSignal;
  log: Logger;
  /** Called when an animation begins. */
  onStep?: () => void;
  /** Called with each event, before it is acted on. */
  onEvent?: (event: PainterEvent) => void;
}

/** Known before the first frame. */
export interface Counts {
  counted: Counted;
  picture: Picture;
}

/** What the painter of templates is asked for with the mode `SCENES`. */
export type PainterOrder =
  /** Lengths of spoken texts in ms, by their ids; null: a text is not spoken. */
  | { type: "clips"; clips: Readonly<Record<string, number | null>> }
  /** Draw scenes, from one index up to another, which is not drawn. */
  | { type: "draw"; from: number; to: number };

/** What a drawing consists of, in the order of the timeline. */
export type Drawn =
  /** With orders: what a scene will show. */
  | { kind: "scene"; index: number; key: string; frames: number; name: string }
  /** An animation begins. */
  | { kind: "animation"; index: number }
  | ({ kind: "frame" } & DrawnFrame)
  /** 16-bit little-endian stereo samples at 48 kHz, from the beginning of the timeline. */
  | { kind: "samples"; samples: Buffer };

/** Limits that the kernel enforces, by the code with which a painter reports them. */
const kernelLimits: Readonly<Partial<Record<string, ProgramEnd>>> = {
  SCRIPT_TIME: "TIME_LIMIT",
  SCRIPT_MEMORY: "MEMORY_LIMIT",
};

/** Threads of numerical libraries included. */
const MAX_PROCESSES = 256;
const MAX_FILE_BYTES = 256 * 1024 ** 2;
/** Characters that a painter may log, of which the last are kept: reading them is work for the worker. */
const MAX_LOG = 4 * 1024 ** 2;
/**
 * Seconds for which a painter may be awaited, per second of CPU time that it may use. On a busy machine it
 * gets a part of a core; a script that waits would hold its worker.
 */
const WAITED_PER_CPU_SECOND = 10;
/** In which a painter that is out of time reports the line of the script. The kernel gives as much. */
const REPORTING_SECONDS = 1;
/** Address space of Python, Manim and its libraries beyond their memory. 1 GiB was measured with OpenGL. */
const RESERVED_BYTES = 2 * 1024 ** 3;
/** For a thread of Typst or of OpenGL. */
const RESERVED_BYTES_PER_CORE = 128 * 1024 ** 2;
const DAY_MS = 86_400_000;
/** Between two looks at what all processes of a painter use. The kernel limits each of them. */
const LOOK_EVERY_MS = 500;
/** A script that plays more than it counted is not done. */
const ALMOST = 0.99;

/** A running painter. Disposing stops it. */
export class Painting implements AsyncDisposable {
  readonly #limits: PaintingLimits;
  readonly #log: Logger;
  readonly #onStep: (() => void) | undefined;
  readonly #onEvent: ((event: PainterEvent) => void) | undefined;
  readonly #stop = new AbortController();
  readonly #patience: Patience;
  /** Aborts when a limit is reached that this process measures. */
  readonly #reached: AbortSignal;
  /** Of this painter alone. */
  readonly #usage = new ProgramUsage();
  readonly #ended: Promise<ProgramResult>;
  readonly #records: AsyncGenerator<PainterRecord>;
  /** What its author wrote. */
  readonly #noun: "script" | "template";
  /** Null: it takes no orders. */
  readonly #orders: PassThrough | null;
  #hasGreeted = false;
  #isDone = false;
  #counted: Counted | null = null;
  #step: (DrawingStep & { frames: number; planned: number | null }) | undefined;

  constructor(options: PaintingOptions) {
    const { program, args, env, cwd, job, limits, log } = options;
    this.#limits = limits;
    this.#log = log;
    this.#onStep = options.onStep;
    this.#onEvent = options.onEvent;
    this.#noun = "template" in job ? "template" : "script";
    this.#orders = "template" in job && job.mode === "SCENES" ? new PassThrough() : null;
    const output = Promise.withResolvers<Readable>();
    this.#patience = new Patience({
      silenceMs: limits.silenceMs,
      totalMs: limits.cpuSeconds * WAITED_PER_CPU_SECOND * 1000,
    });
    const overused = new AbortController();
    let logged = 0;
    const look = () => {
      // Limits of the kernel may apply to each process, and not to memory that they share.
      if (this.#usage.memoryBytes > limits.memoryBytes) overused.abort("MEMORY_LIMIT");
      if (this.#hasUsed(limits.cpuSeconds + REPORTING_SECONDS)) overused.abort("TIME_LIMIT");
    };
    this.#reached = AbortSignal.any([this.#patience.over, overused.signal]);
    const looks = setInterval(look, LOOK_EVERY_MS);
    const run = () =>
      program.run([...args, JSON.stringify(job)], {
        signal: AbortSignal.any([options.signal, this.#stop.signal]),
        reached: this.#reached,
        ...(cwd !== undefined && { cwd }),
        env,
        limits: {
          cpuSeconds: limits.cpuSeconds,
          memoryBytes: limits.memoryBytes,
          ...(this.#noun === "script" && {
            addressBytes:
              limits.memoryBytes + RESERVED_BYTES + availableParallelism() * RESERVED_BYTES_PER_CORE,
          }),
          fileSizeBytes: MAX_FILE_BYTES,
          processes: MAX_PROCESSES,
        },
        onStderr: (text) => {
          logged += text.length;
          if (logged > MAX_LOG) overused.abort("LOG_TOO_LONG");
        },
        ...(this.#orders && { input: this.#orders }),
        onOutput: output.resolve,
      });
    this.#ended = this.#usage.around(run).finally(() => clearInterval(looks));
    // The reader reports a painter that could not be started.
    this.#ended.then(() => output.resolve(Readable.from([])), output.reject);
    output.promise.catch(() => undefined);
    this.#records = readRecords(chunksOf(output.promise));
  }

  /** The animation that is being drawn. */
  get step(): DrawingStep | undefined {
    if (this.#step === undefined) return undefined;
    const { frames, planned, ...step } = this.#step;
    return { ...step, fraction: planned ? Math.min(ALMOST, frames / planned) : 0 };
  }

  /** With the mode `SCENES`: asks for something. It is answered in `draw`. */
  order(order: PainterOrder): void {
    this.#orders?.write(`${JSON.stringify(order)}\n`);
  }

  /** With the mode `SCENES`: nothing more is ordered, and the drawing ends. */
  endOrders(): void {
    this.#orders?.end();
  }

  /**
   * Reads up to the first frame. Throws a `RenderError`: final if the script is at fault, else
   * `PAINTER_BROKEN`.
   */
  async count(): Promise<Counts> {
    for (;;) {
      const record = await this.#next();
      if (record === null) throw await this.#explainEnd();
      if (record.kind !== "event") throw protocolError(new ProtocolError("the event picture", record.kind));
      const { event } = record;
      this.#note(event);
      if (event.type === "counted") this.#counted = this.#judge(event, this.#limits.durationMs);
      if (event.type !== "picture") continue;
      if (this.#counted === null)
        throw protocolError(new ProtocolError("the event counted before picture", "picture"));
      return { counted: this.#counted, picture: event };
    }
  }

  /** Reads a job of the mode `CHECK` to its end. Throws as `count` does. */
  async check(): Promise<Counted> {
    for (let record = await this.#next(); record !== null; record = await this.#next()) {
      if (record.kind !== "event")
        throw protocolError(new ProtocolError("no frames in a check", record.kind));
      this.#note(record.event);
      // A check reports the length of what is too long for a video.
      if (record.event.type === "counted") this.#counted = this.#judge(record.event, DAY_MS);
    }
    if (!this.#isDone || this.#counted === null) throw await this.#explainEnd();
    return this.#counted;
  }

  /**
   * The drawing, as fast as it is read. Call it once, after `count`. Throws a `RenderError` if it ends too
   * early.
   */
  async *draw({ counted: { hasAudio }, picture }: Counts): AsyncGenerator<Drawn> {
    const maxFrames = (this.#limits.durationMs / 1000) * picture.frameRate;
    let frames = 0;
    let planned = 0;
    try {
      for (let record = await this.#next(); record !== null; record = await this.#next()) {
        if (record.kind === "event") {
          this.#note(record.event);
          if (record.event.type === "step") yield { kind: "animation", index: record.event.index };
          if (record.event.type === "scene") {
            const { index, key, frames, name } = record.event;
            planned += frames;
            if (planned > maxFrames) throw tooLong(this.#limits);
            yield { kind: "scene", index, key, frames, name };
          }
          continue;
        }
        if (this.#isDone) throw new ProtocolError("nothing after done", record.kind);
        if (record.kind === "samples" && !hasAudio)
          throw new ProtocolError("samples only if counted.hasAudio is true", "samples");
        if (record.kind === "frame") {
          frames += record.repeats;
          if (frames > maxFrames) throw tooLong(this.#limits);
          this.#drew(record.repeats);
        }
        yield record;
      }
      if (!this.#isDone) throw await this.#explainEnd();
      if (frames === 0 && this.#orders === null) throw nothingDrawn();
    } catch (error) {
      throw error instanceof ProtocolError ? protocolError(error) : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The drawing is not needed any more."));
    await this.#records.return(undefined).catch(() => undefined);
    await this.#ended.catch(() => undefined);
  }

  async #next(): Promise<PainterRecord | null> {
    try {
      const { value, done } = await this.#patience.during(this.#records.next());
      return done ? null : value;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!(error instanceof CutOffError)) throw protocolError(error);
      // The painter's end says more.
      const { exitCode } = await this.#ended;
      throw exitCode === 0 ? protocolError(error) : await this.#explainEnd();
    }
  }

  #judge(counted: Counted, longestMs: number): Counted {
    if (counted.durationMs > longestMs) throw tooLong(this.#limits, counted.durationMs);
    return counted;
  }

  #note(event: PainterEvent): void {
    this.#onEvent?.(event);
    if (event.type === "failed") throw this.#toError(event);
    if (event.type === "hello") this.#hasGreeted = true;
    if (event.type === "done") this.#isDone = true;
    if (event.type === "warning")
      this.#log.info({ code: event.code, line: event.line, message: event.message }, "script.warning");
    if (event.type !== "step") return;
    const { index, name, frames } = event;
    const count = this.#counted?.animations ?? null;
    this.#step = { index, count, name: name.slice(0, 200), fraction: 0, frames: 0, planned: frames };
    this.#onStep?.();
  }

  #drew(repeats: number): void {
    if (this.#step) this.#step.frames += repeats;
  }

  /** All processes together. */
  #hasUsed(cpuSeconds: number): boolean {
    return (this.#usage.read()?.cpuSeconds ?? 0) >= cpuSeconds;
  }

  /** The failure that the painter reports, with its place in the script. */
  #toError({ code, message, line, column, traceback }: PainterFailure): RenderError {
    if (code === "PAINTER_BROKEN") return painterBroken(message, traceback ?? undefined);
    // The painter knows the place, and the worker the limit.
    const limit = this.#reached.aborted ? (this.#reached.reason as ProgramEnd) : kernelLimits[code];
    const [reported = code, what = message] = (limit && this.#describeLimit(limit)) ?? [];
    return scriptError(reported, what, { line, column }, traceback ?? undefined);
  }

  /** Code and message; null for what is no limit of a painter. */
  #describeLimit(end: ProgramEnd | null): [code: string, message: string] | null {
    const { cpuSeconds, memoryBytes, silenceMs } = this.#limits;
    const noun = this.#noun;
    switch (end) {
      case "MEMORY_LIMIT":
        return [
          "SCRIPT_MEMORY",
          `The ${noun} needs more than ${Math.round(memoryBytes / 1024 ** 2)} MiB of memory. Draw smaller pictures or fewer objects at once.`,
        ];
      case "TIME_LIMIT":
        return [
          "SCRIPT_TIME",
          `The ${noun} used more than ${cpuSeconds} s of CPU time. Look for an endless loop, shorten the video, lower its quality, or raise SCRIPT_TIMEOUT on the worker.`,
        ];
      case "STALLED":
        return [
          "SCRIPT_TIME",
          `The ${noun} drew nothing for ${silenceMs / 1000} s. ${noun === "script" ? "Look for an endless loop or a long wait." : "Draw fewer elements, or smaller pictures, in a scene."}`,
        ];
      case "TIMEOUT":
        return [
          "SCRIPT_TIME",
          `The ${noun} was not drawn within ${cpuSeconds * WAITED_PER_CPU_SECOND} s. Remove calls that wait, such as time.sleep, or raise SCRIPT_TIMEOUT on the worker.`,
        ];
      case "LOG_TOO_LONG":
        return [
          "SCRIPT_OUTPUT",
          `The ${noun} wrote more than ${MAX_LOG / 1024 ** 2} MiB to its log. Remove calls of print, above all in updaters.`,
        ];
      case "OUTPUT_TOO_LONG":
        return [
          "SCRIPT_OUTPUT",
          `The script wrote a file of more than ${MAX_FILE_BYTES / 1024 ** 2} MiB. Scripts need no files: their frames are the result.`,
        ];
      case "FORBIDDEN":
        return [
          "SCRIPT_FORBIDDEN",
          "The script made a system call that is not available where scripts run. There is no network, and no other process.",
        ];
      default:
        return null;
    }
  }

  /** Why the output ended before `done`. */
  async #explainEnd(): Promise<unknown> {
    const result = await this.#ended;
    const { exitCode, signal, endedFor } = result;
    const stderr = printable(result.stderr);
    // A script may ignore the kernel's first signal. It cannot ignore the second.
    const isKilled = endedFor === null && signal === "SIGKILL" && this.#hasUsed(this.#limits.cpuSeconds);
    const limit = this.#describeLimit(isKilled ? "TIME_LIMIT" : endedFor);
    if (limit !== null) return inputError(...limit, stderr);
    if (this.#isDone && exitCode === 0) return nothingDrawn();
    const how = signal === null ? `exit code ${exitCode}` : signal;
    return this.#hasGreeted
      ? inputError(
          "SCRIPT_FAILED",
          `The script ended Python before its scene was drawn (${how}). Remove calls such as sys.exit.`,
          stderr,
        )
      : painterBroken(`The painter ended before it began (${how}).`, stderr);
  }
}

/**
 * Frees each chunk's memory after its use. Left to the garbage collector, chunks of a gigabyte a minute made
 * it run dozens of times, for more CPU time than all the rest of the worker.
 */
async function* chunksOf(output: Promise<Readable>): AsyncGenerator<Buffer> {
  for await (const chunk of (await output) as AsyncIterable<Buffer>) {
    yield chunk;
    const { buffer } = chunk;
    // Others may share the memory of a part.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength) buffer.transfer(0);
  }
}

const painterBroken = (what: string, logTail?: string): RenderError =>
  retriableError(
    "WORKER",
    "PAINTER_BROKEN",
    `${what} Run \`npm run painters\` on the worker's machine, and \`npm run doctor\` to see what works.`,
    logTail,
  );

const protocolError = (error: ProtocolError): RenderError =>
  inputError(
    "PAINTER_PROTOCOL",
    `The painter's output is invalid: ${error.message}. Only a script that writes into it causes this.`,
  );

/** @param countedMs null: it was not counted so long */
const tooLong = ({ durationMs }: PaintingLimits, countedMs: number | null = null): RenderError =>
  inputError(
    "SCRIPT_OUTPUT",
    `The animation ${countedMs === null ? "is" : `has ${Math.round(countedMs / 1000)} s, which is`} longer than ${Math.round(durationMs / 1000)} s. Shorten it, or divide it into several scenes.`,
  );

const nothingDrawn = (): RenderError =>
  inputError(
    "SCRIPT_EMPTY",
    "The scene shows nothing: it has no animation and no wait. Add self.wait(1), or play an animation.",
  );
