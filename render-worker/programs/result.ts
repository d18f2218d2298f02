/** Why a program did not end by itself, or which limit ended it. */
export type ProgramEnd =
  /** The caller's signal. */
  | "CANCELED"
  /** It ran longer than it may. */
  | "TIMEOUT"
  /** It made no progress. */
  | "STALLED"
  /** It wrote more than it may. */
  | "OUTPUT_TOO_LONG"
  /** It asked for more memory than its limit. */
  | "MEMORY_LIMIT"
  /** It used more CPU time than its limit. */
  | "TIME_LIMIT"
  /** It called the system for something that no such program needs. */
  | "FORBIDDEN";

/** How a program ended: always a value. */
export interface ProgramResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  endedFor: ProgramEnd | null;
  /** Empty where `onStdout` received it. */
  stdout: string;
  /** The last 64 KiB. */
  stderr: string;
  /** Processes that the kernel killed for lack of memory meanwhile, on this machine; null where the kernel does not count. */
  oomKills: number | null;
}

export interface ProgramLimits {
  /** Memory that it may allocate. */
  memoryBytes?: number;
  /** CPU time, of all cores together. */
  cpuSeconds?: number;
  /** Size of the largest file that it may write. */
  fileSizeBytes?: number;
}

const noMemory =
  /Cannot allocate memory|std::bad_alloc|malloc of size \d{1,20} failed|malloc failed|out of memory/i;

/** Which limit a program ran into, from how it ended and what it wrote last. Pure. */
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
  if (limits.memoryBytes !== undefined && hasFailed && noMemory.test(stderr)) return "MEMORY_LIMIT";
  return null;
}
