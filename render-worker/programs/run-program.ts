import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import type { Readable } from "node:stream";
import { countOomKills } from "../cgroups/index.ts";
import type { Jail, JailRequest } from "../jail/index.ts";
import { untilStopped } from "../wait.ts";
import { commandLine } from "./command-line.ts";
import { programEnvironment } from "./env.ts";
import { processTree } from "./process-tree.ts";
import { currentUsage } from "./program-usage.ts";
import { limitHit, type ProgramEnd, type ProgramLimits, type ProgramResult } from "./result.ts";
import { type Start, type Started, spawnProgram } from "./start.ts";

/** A program's command line and permissions. */
interface ProgramCommand
  extends Pick<JailRequest, "path" | "args" | "readable" | "writable" | "source" | "devices"> {
  /** Default: a private empty folder in a jail, else the worker's own. */
  cwd?: string;
  /** Variables of its environment besides those that every program gets. */
  env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Stops the program; the result is then `CANCELED`. */
  signal?: AbortSignal;
  /** Time limit. Default: none. */
  timeoutMs?: number;
  /** Time limit without progress. Default: none. */
  stallTimeoutMs?: number;
  /** Whether it waits for something else; the time without progress then starts again. */
  isExcused?: () => boolean;
  limits?: ProgramLimits;
  /** Aborts when the program reaches a limit that the caller measures, with its `ProgramEnd` as reason. */
  reached?: AbortSignal;
  /** Niceness; 19 for work on idle CPU time. Default: the worker's. */
  priority?: number;
  /** Maximum length of standard output in characters; beyond it the program is stopped. Default 8 MiB. */
  maxStdout?: number;
  /** The program's standard input. Default: none. */
  input?: Readable;
  /** Encoding of the standard output. Default UTF-8. */
  encoding?: BufferEncoding;
  /** Called with the process id once the program runs. Send signals to its whole tree (`signalTree`). */
  onStart?: (pid: number) => void;
  /** Called with output as it is written, which is then not kept. */
  onStdout?: (text: string) => void;
  /** The same of standard error, of which the end is kept. */
  onStderr?: (text: string) => void;
  /** Called once with the standard output as a stream, which must be read to its end or destroyed. */
  onOutput?: (output: Readable) => void;
}

/** Far above what ffmpeg uses on the largest machines, and far below a machine's capacity. */
const everyProgram = { processes: 4_096, openFiles: 4_096 };
const KILL_AFTER_MS = 500;
const DEFAULT_MAX_STDOUT = 8 * 1024 * 1024;
const KEPT_STDERR = 64 * 1024;

/** The program could not be started. */
export class ProgramNotStartedError extends Error {
  override readonly name = "ProgramNotStartedError";
}

/**
 * Runs a program in a jail to its end. The worker starts programs in no other way. The result is a value;
 * this rejects only with a `ProgramNotStartedError`. When it settles, no process of the program is left.
 */
export async function runProgram(
  jail: Jail,
  command: ProgramCommand,
  options: RunOptions = {},
  start: Start = spawnProgram,
): Promise<ProgramResult> {
  const { limits = {}, maxStdout = DEFAULT_MAX_STDOUT, onStdout, reached, signal } = options;
  if (signal?.aborted) return neverStarted;
  const env = { ...programEnvironment(command.writable?.[0]), ...command.env };
  const jailed = await jail.wrap({ ...command, env, limits: { ...everyProgram, ...limits } });
  const usage = currentUsage();
  const killsBefore = countOomKills();
  let endedFor: ProgramEnd | null = null;
  let started: Started | undefined;
  let escalation: NodeJS.Timeout | undefined;
  const end = (reason: ProgramEnd): void => {
    endedFor ??= reason;
    started?.kill("SIGTERM");
    escalation ??= setTimeout(() => started?.kill("SIGKILL"), KILL_AFTER_MS);
  };
  const cancel = () => end("CANCELED");
  const stop = () => end(reached?.reason as ProgramEnd);
  const output = { stdout: "", stderr: "" };
  await using resources = new AsyncDisposableStack();
  resources.defer(() => jailed.release());
  resources.defer(() => {
    clearTimeout(escalation);
    signal?.removeEventListener("abort", cancel);
    reached?.removeEventListener("abort", stop);
  });
  const watchdog = resources.use(new Watchdog(options, end));
  signal?.addEventListener("abort", cancel, { once: true });
  reached?.addEventListener("abort", stop, { once: true });
  const ended = await start(jailed, command, {
    encoding: options.encoding ?? "utf8",
    input: options.input,
    onOutput: options.onOutput,
    onStart(process) {
      started = process;
      const { pid } = process;
      if (pid !== undefined) {
        resources.use(settleIn(pid, options.priority));
        if (usage) resources.defer(usage.follow(pid));
        options.onStart?.(pid);
      }
      if (endedFor !== null) end(endedFor);
    },
    onStdout(text) {
      if (onStdout) onStdout(text);
      else if (output.stdout.length + text.length > maxStdout) end("OUTPUT_TOO_LONG");
      else output.stdout += text;
    },
    onStderr(text) {
      options.onStderr?.(text);
      output.stderr = (output.stderr + text).slice(-KEPT_STDERR);
    },
    onProgress: () => watchdog.progressed(),
  }).catch((error: unknown) => {
    throw new ProgramNotStartedError(`${commandLine(command.path, command.args)} could not be started.`, {
      cause: error,
    });
  });
  const { code: exitCode, signal: by, isOutOfMemory } = await jailed.programEnd(ended);
  if (endedFor === null && signal && isEndedBySignal(exitCode, by)) {
    await untilStopped(signal);
    if (signal.aborted) endedFor = "CANCELED";
  }
  const kills = countOomKills();
  return {
    exitCode,
    signal: by,
    ...output,
    endedFor: endedFor ?? limitHit({ exitCode, signal: by, stderr: output.stderr, isOutOfMemory }, limits),
    oomKills: kills === null || killsBefore === null ? null : kills - killsBefore,
  };
}

/** ffmpeg exits with 255 if it handles a signal itself. */
const isEndedBySignal = (exitCode: number | null, signal: NodeJS.Signals | null): boolean =>
  signal !== null || exitCode === 255;

const neverStarted: ProgramResult = {
  exitCode: null,
  signal: null,
  endedFor: "CANCELED",
  stdout: "",
  stderr: "",
  oomKills: null,
};

/** A jail starts its processes within milliseconds; their children inherit both settings. */
const looksMs = [20, 100];

/**
 * Makes the kernel kill a program first when memory runs out (`oom_score_adj` in proc(5)), instead of the
 * worker: one attempt is lost, not all. Also sets its priority. Does nothing if the system lacks either, or
 * does not permit it.
 */
function settleIn(pid: number, priority: number | undefined): Disposable {
  const settle = () => {
    for (const each of processTree(pid)) {
      void writeFile(`/proc/${each}/oom_score_adj`, "1000").catch(() => undefined);
      if (priority !== undefined) lower(each, priority);
    }
  };
  settle();
  const timers = looksMs.map((ms) => setTimeout(settle, ms).unref());
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function lower(pid: number, priority: number): void {
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended, or the system does not permit it.
  }
}

interface Patience {
  timeoutMs?: number;
  stallTimeoutMs?: number;
  isExcused?: () => boolean;
}

/**
 * Stops a program that exceeds its time, or its time without progress. While it waits for something else, the
 * latter starts again.
 */
class Watchdog implements Disposable {
  readonly #timers: NodeJS.Timeout[];
  readonly #stall: NodeJS.Timeout | undefined;

  constructor({ timeoutMs, stallTimeoutMs, isExcused }: Patience, end: (reason: ProgramEnd) => void) {
    const watch = (ms: number | undefined, reason: ProgramEnd) => {
      if (ms === undefined) return undefined;
      const timer = setTimeout(() => {
        if (isExcused?.()) timer.refresh();
        else end(reason);
      }, ms);
      return timer;
    };
    this.#stall = watch(stallTimeoutMs, "STALLED");
    this.#timers = [watch(timeoutMs, "TIMEOUT"), this.#stall].filter((timer) => timer !== undefined);
  }

  progressed(): void {
    this.#stall?.refresh();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
