import type { JailLevel } from "@reelay/contracts";

/** Address of an attempt's source server. `FULL` uses only the socket, the other levels only the port. */
interface SourceAddress {
  /** Unix socket of the source server. */
  socketPath: string;
  /** TCP port of the same server on 127.0.0.1. */
  port: number;
}

export interface JailLimits {
  /** Memory that each process may allocate, and in a control group all of them together. */
  memoryBytes?: number;
  /**
   * Address space of each process. It includes memory that processes share, which `memoryBytes` counts in a
   * control group only, and what a program reserves without using it.
   */
  addressBytes?: number;
  /** Processor time of all threads. */
  cpuSeconds?: number;
  /** Size of one file. */
  fileSizeBytes?: number;
  /** Processes and threads. */
  processes?: number;
  openFiles?: number;
}

export interface JailRequest {
  /** Absolute path of the program. */
  path: string;
  args: readonly string[];
  /** The program's whole environment; nothing else is passed on. */
  env: Readonly<Record<string, string>>;
  /** Working directory, inside `writable` or `readable`. Default: a private empty folder. */
  cwd?: string;
  /** Files and folders that it may read, in addition to libraries, fonts and the program itself. */
  readable?: readonly string[];
  /** Folders that it may write: the attempt's own. */
  writable?: readonly string[];
  /** Device nodes, e.g. of a GPU. */
  devices?: readonly string[];
  /** The attempt's source server. Without it the program can open no socket. */
  source?: SourceAddress;
  limits: JailLimits;
}

/** How a process ended, as `close` reports it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How a program ended in a jail. */
export interface JailedEnd extends ProcessEnd {
  /** Whether the kernel killed one of its processes for exceeding the control group's memory. */
  isOutOfMemory: boolean;
}

/**
 * The command to start instead of the program. Start it with `detached: true`: it must lead its own process
 * group. Send every signal to that group (`process.kill(-pid, signal)`), including SIGSTOP and SIGCONT, and
 * SIGKILL once it has ended; the process itself may only be a launcher.
 */
export interface JailedCommand {
  file: string;
  args: readonly string[];
  /** The whole environment of the launcher. */
  env: Readonly<Record<string, string>>;
  /** File descriptors of this process that become 3, 4, … of the launcher. */
  extraFds: readonly number[];
  /**
   * The program's own process id, for its resource usage; null before it has started and after it has ended.
   */
  programPid(pid: number): Promise<number | null>;
  /**
   * How the program itself ended, derived from the launcher's end: a launcher cannot die of the program's
   * signal. Call it before `release`.
   */
  programEnd(end: ProcessEnd): Promise<JailedEnd>;
  /**
   * Call it once the process has ended, or could not be started: closes descriptors and stops leftover
   * processes.
   */
  release(): Promise<void>;
}

type LimitsBy = "CONTROL_GROUPS" | "RESOURCE_LIMITS";

/** Isolates programs. Created once per worker. */
export interface Jail {
  /**
   * `FULL`: bubblewrap with every namespace and a seccomp filter. `LIMITED`: Landlock, a seccomp filter and
   * resource limits, under another user where possible, without namespaces. `NONE`: a clean environment and
   * resource limits only.
   */
  readonly level: JailLevel;
  /** Why the level is not `FULL`; null if it is. */
  readonly reason: string | null;
  /**
   * Enforcement of memory and process limits: a control group limits all processes of a program together,
   * resource limits each of them.
   */
  readonly limitsBy: LimitsBy;
  /** Origin (`http://127.0.0.1:PORT`) of the source server for a program inside. */
  sourceOrigin(source: SourceAddress): string;
  wrap(request: JailRequest): Promise<JailedCommand>;
  /**
   * Makes a folder writable for the programs of one attempt, which may run as another user. Call it once,
   * before the first `wrap` that names the folder.
   */
  adopt(directory: string): Promise<void>;
}
