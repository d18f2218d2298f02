import type { PreparedKind } from "../attempt/index.ts";
import type { InstalledPainter, TemplatePainter } from "../painters/index.ts";
import type { InstalledSpeech } from "../speech/index.ts";
import type { FfmpegRuntime } from "./ffmpeg/index.ts";

/** Services for kinds while a worker starts. */
export interface KindHost {
  /** The shared ffmpeg. Rejects with a `ToolNotFoundError` on a machine without it. */
  ffmpeg(): Promise<FfmpegRuntime>;
  /** The painter of Manim scripts. Rejects with a `ToolNotFoundError` on a machine without it. */
  painter(): Promise<InstalledPainter>;
  /** The painter of templates. Rejects with a `ToolNotFoundError` on a machine where it does not run. */
  templatePainter(): Promise<TemplatePainter>;
  /** What speaks texts. Rejects with a `ToolNotFoundError` on a machine without it. */
  speech(): Promise<InstalledSpeech>;
}

/** A worker's implementation of a kind. */
export interface WorkerKind {
  /** Most machines lack its tools. Default false. */
  isOptional?: boolean;
  /** Finds the kind's tools. Rejects with a `ToolNotFoundError` that names the missing one. */
  prepare(host: KindHost): Promise<PreparedKind>;
}
