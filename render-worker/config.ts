import type { Pool } from "@reelay/contracts";
import type { Quiet } from "./host/index.ts";

import type { FetchPolicy } from "./media/fetch/index.ts";
import type { DecodeLimits } from "./media/ffmpeg/index.ts";

/** What one source may be at most. */
export interface SourceLimits extends DecodeLimits {
  sourceBytes: number;
  sourceDurationMs: number;
}

/** What one ffmpeg may use; a source that makes it use more is taken to be hostile. */
export interface Allowance {
  /** Of all cores together. */
  cpuSeconds: number;
  /** Of all its renditions together, stored or not. */
  outputBytes: number;
}

/** How a worker behaves. `readWorkerEnv` makes one from the environment. */
export interface WorkerConfig {
  /** Unique among all workers. */
  workerId: string;
  hostname: string;
  version: string;
  /** Whose tasks it takes. Default: `cpu`, and `gpu` before it where an encoder or decoder works on a device. */
  pools?: readonly Pool[];
  /** Encoder sessions that one NVIDIA device may have at once. Default: any number. */
  nvencSessions?: number;
  /** Tasks done at once. */
  slots: number;
  /** Memory that the worker and its programs may use together. Default: its cgroup's limit, else the machine's. */
  memoryBytes?: number;
  /** Temporary files; on the same disk as a local store, segments move there without being copied. */
  workDirectory: string;
  limits: SourceLimits;
  fetch: FetchPolicy;
  /** Between two `worker.seen` messages. */
  heartbeatMs: number;
  /** Between two progress reports of an attempt. */
  progressMs: number;
  /** When finished output is measured. Default: after 3 s without a task, or after a quarter of an hour. */
  quiet?: Quiet;
  /** How long running tasks may go on when the worker is told to stop; what is not finished then is handed back. Default 0. */
  shutdownGraceMs?: number;
  /** Finished segments of a task that the store has not taken yet, in bytes: beyond it the encoder is held. Default 256 MiB. */
  unsentBytes?: number;
  /** What every ffmpeg may use besides what is in proportion to what it makes. Default: ten minutes of CPU time, 64 MiB of output. */
  leastAllowance?: Partial<Allowance>;
  /** What is kept on disk of sources in a store elsewhere, for further tasks of the same video, in bytes: default 1 GiB, 0 keeps nothing. */
  sourceCacheBytes?: number;
  /** ffmpeg is ended when it makes no progress for so long. */
  stallTimeoutMs: number;
}
