import type { JailLevel } from "@reelay/contracts";

/** Where the worker serves an attempt's source. `FULL` reaches it through the socket only, the other levels through the port only. */
interface SourceAddress {
  /** Unix socket of the source server. */
  socketPath: string;
  /** TCP port of the same server on 127.0.0.1. */
  port: number;
}

export interface JailLimits {
  /** Memory that each process may allocate, and, in a control group, that all of them may use together. */
  memoryBytes?: number;
  /** Processor time, all threads together. */
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
  /** Files and folders that it may read, besides what every program needs: libraries, fonts, the program itself. */
  readable?: readonly string[];
  /** Folders that it may write to: the attempt's own. */
  writable?: readonly string[];
  /** Device nodes, e.g. of a GPU. */
  devices?: readonly string[];
  /** The source server of this attempt. Without it the program can open no socket at all. */
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
  /** Whether the kernel ended processes of it because they took more memory than their control group may. */
  isOutOfMemory: boolean;
}

/**
 * What to start instead of the program. Start it with `detached: true`: it must lead a process group of its own. Send every signal to that group
 * (`process.kill(-pid, signal)`), SIGSTOP and SIGCONT included, and SIGKILL to the group once it has ended; the process itself may only be a launcher.
 */
export interface JailedCommand {
  file: string;
  args: readonly string[];
  /** The whole environment of the launcher. */
  env: Readonly<Record<string, string>>;
  /** File descriptors of this process that become 3, 4, … of the launcher. */
  extraFds: readonly number[];
  /** The program's own process id, for reading its resource usage; null before it has started and after it has ended. */
  programPid(pid: number): Promise<number | null>;
  /** How the program itself ended, given how the launcher ended: a launcher cannot die of the program's signal. Call it before `release`. */
  programEnd(end: ProcessEnd): Promise<JailedEnd>;
  /** Call it once the process has ended, or could not be started: closes descriptors and ends whatever the program left behind. */
  release(): Promise<void>;
}

type LimitsBy = "CONTROL_GROUPS" | "RESOURCE_LIMITS";

/** Confines programs. Made once per worker. */
export interface Jail {
  /**
   * `FULL`: bubblewrap with every namespace and a seccomp filter. `LIMITED`: Landlock, a seccomp filter and resource limits, under another user where
   * possible, without namespaces. `NONE`: a clean environment and resource limits only.
   */
  readonly level: JailLevel;
  /** Why the level is not `FULL`, in one sentence; null when it is. */
  readonly reason: string | null;
  /** What bounds memory and processes: a control group counts all processes of a program together, resource limits each of them. */
  readonly limitsBy: LimitsBy;
  /** The origin (`http://127.0.0.1:PORT`) at which a program inside reaches the source server. */
  sourceOrigin(source: SourceAddress): string;
  wrap(request: JailRequest): Promise<JailedCommand>;
  /** Makes a folder writable for the programs of one attempt, which may run as another user. Call it once, before the first `wrap` that names the folder. */
  adopt(directory: string): Promise<void>;
}
