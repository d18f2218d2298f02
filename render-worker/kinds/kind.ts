import type { PreparedKind } from "../attempt/index.ts";
import type { FfmpegRuntime } from "./ffmpeg/index.ts";

/** What a worker provides to kinds while it starts. */
export interface KindHost {
  /** ffmpeg, and everything that the kinds that run it share. Rejects with a `ToolNotFoundError` on a machine without one. */
  ffmpeg(): Promise<FfmpegRuntime>;
}

/** A kind of task, as a worker does it. */
export interface WorkerKind {
  /** Finds the kind's tools. Rejects with a `ToolNotFoundError` that names the missing one. */
  prepare(host: KindHost): Promise<PreparedKind>;
}
