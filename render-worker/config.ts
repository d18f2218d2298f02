import type { Pool } from "@reelay/contracts";
import type { LifePlan, Quiet } from "./host/index.ts";

import type { FetchPolicy } from "./media/fetch/index.ts";
import type { DecodeLimits } from "./media/ffmpeg/index.ts";
import type { SpeechOptions } from "./speech/index.ts";

/** Limits of one source. */
export interface SourceLimits extends DecodeLimits {
  sourceBytes: number;
  sourceDurationMs: number;
}

/** Limits of one ffmpeg process; a source that exceeds them is considered hostile. */
export interface Allowance {
  /** Of all cores together. */
  cpuSeconds: number;
  /** Of all its renditions together, stored or not. */
  outputBytes: number;
}

/** Limits of one script. */
export interface ScriptLimits {
  /** CPU time. */
  cpuSeconds: number;
  memoryBytes: number;
  /** Time without a frame or an event, while one is awaited. */
  silenceMs: number;
}

/** Settings of a worker. `readWorkerEnv` reads them from the environment. */
export interface WorkerConfig {
  /** Unique among all workers. */
  workerId: string;
  hostname: string;
  version: string;
  /**
   * Pools whose tasks it accepts. Default: `cpu`, preceded by `gpu` if an encoder or decoder works on a
   * device.
   */
  pools?: readonly Pool[];
  /** Kinds of tasks that it accepts. Default: all whose tools it has. */
  kinds?: readonly string[];
  /** Maximum number of concurrent encoder sessions per NVIDIA device. Default: unlimited. */
  nvencSessions?: number;
  /** Number of concurrent tasks. */
  slots: number;
  /** Number of express tasks that run besides. Default 0. */
  expressSlots?: number;
  /** Name of the compute offer whose machine it is. Default: the first of its pool. */
  computeOffer?: string;
  /** Memory for the worker and its programs. Default: its cgroup's limit, else the machine's. */
  memoryBytes?: number;
  /** Temporary files. On the disk of a local store, segments are moved instead of copied. */
  workDirectory: string;
  limits: SourceLimits;
  /** Default: five minutes, 4 GiB, one minute. */
  script?: ScriptLimits;
  /** Default: Flite. */
  speech?: SpeechOptions;
  fetch: FetchPolicy;
  /** Default: until it is stopped. */
  life?: LifePlan;
  /** Interval of `worker.seen` messages. */
  heartbeatMs: number;
  /** Interval of an attempt's progress reports. */
  progressMs: number;
  /** When finished output is measured. Default: after 3 s without a task, or after 15 minutes. */
  quiet?: Quiet;
  /** Time that running tasks have to finish after a stop signal; unfinished ones are returned. Default 0. */
  shutdownGraceMs?: number;
  /**
   * Maximum size of a task's finished segments that are not stored yet; beyond it the encoder is paused.
   * Default 256 MiB.
   */
  unsentBytes?: number;
  /**
   * Base allowance of every ffmpeg, besides the part in proportion to its output. Default: ten minutes of CPU
   * time, 64 MiB of output.
   */
  leastAllowance?: Partial<Allowance>;
  /**
   * Size of the disk cache of remote sources, for further tasks of the same video. Default 1 GiB; 0 disables
   * it.
   */
  sourceCacheBytes?: number;
  /** ffmpeg is stopped after this long without progress. */
  stallTimeoutMs: number;
}
