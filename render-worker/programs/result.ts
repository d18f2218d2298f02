/** Why a program was stopped, or which limit it exceeded. */
export type ProgramEnd =
  /** The caller's signal aborted. */
  | "CANCELED"
  /** It exceeded its time limit. */
  | "TIMEOUT"
  /** It made no progress. */
  | "STALLED"
  /** It wrote too much output. */
  | "OUTPUT_TOO_LONG"
  /** It wrote too much to its log, as its caller counts. */
  | "LOG_TOO_LONG"
  /** It tried to allocate more memory than its limit. */
  | "MEMORY_LIMIT"
  /** It used more CPU time than its limit. */
  | "TIME_LIMIT"
  /** It made a forbidden system call. */
  | "FORBIDDEN";

/** How a program ended, always as a value. */
export interface ProgramResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  endedFor: ProgramEnd | null;
  /** Empty if `onStdout` received it. */
  stdout: string;
  /** The last 64 KiB. */
  stderr: string;
  /**
   * Processes that the kernel killed for lack of memory on this machine meanwhile; null if the kernel does
   * not count them.
   */
  oomKills: number | null;
}

export interface ProgramLimits {
  /** Memory that it may allocate. */
  memoryBytes?: number;
  /** Address space of each process, for a program that reserves little more than it uses. */
  addressBytes?: number;
  /** CPU time of all cores. */
  cpuSeconds?: number;
  /** Maximum size of a file. */
  fileSizeBytes?: number;
  /** Processes and threads. Default: far more than ffmpeg needs. */
  processes?: number;
}

const NO_MEMORY =
  /Cannot allocate memory|std::bad_alloc|malloc of size \d{1,20} failed|malloc failed|out of memory/i;

/** Determines which limit a program exceeded, from its exit and its last output. Pure. */
export function limitHit(
  ended: Pick<ProgramResult, "exitCode" | "signal" | "stderr"> & { isOutOfMemory: boolean },
  limits: ProgramLimits,
): ProgramEnd | null {
  const { exitCode, signal, stderr, isOutOfMemory } = ended;
  if (isOutOfMemory) return "MEMORY_LIMIT";
  if (signal === "SIGSYS") return "FORBIDDEN";
  if (signal === "SIGXCPU") return "TIME_LIMIT";
  if (signal === "SIGXFSZ") return "OUTPUT_TOO_LONG";
  const hasFailed = exitCode !== 0;
  if (limits.fileSizeBytes !== undefined && hasFailed && /File too large/.test(stderr))
    return "OUTPUT_TOO_LONG";
  if (limits.memoryBytes !== undefined && hasFailed && NO_MEMORY.test(stderr)) return "MEMORY_LIMIT";
  return null;
}
