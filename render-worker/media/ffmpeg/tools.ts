import type { Capabilities } from "@reelay/contracts";

/** An ffmpeg or ffprobe that was found and runs. */
export interface LocatedTool {
  path: string;
  /** As it prints it, e.g. `5.1.9-0+deb12u1`. */
  version: string;
  /** Where it was found. */
  origin: "environment" | "system" | "npm";
}

/** The worker's ffmpeg tools. */
export interface FfmpegTools {
  ffmpeg: LocatedTool;
  ffprobe: LocatedTool;
  /** Encoders that passed a trial, e.g. `libx264`. */
  encoders: string[];
  /** Working encoders and decoders by device. */
  capabilities: Capabilities;
  /** Available optional filters (`zscale`, `tonemap`). */
  filters: string[];
  /** Codecs that this ffmpeg can decode. Absent: unknown. */
  decodable?: string[];
  /** Encoding speed by codec, measured with the settings of real renders. Absent: not measured. */
  pixelsPerSecond?: { H264?: number };
}
