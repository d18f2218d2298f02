import type { Capabilities } from "@reelay/contracts";

/** An ffmpeg (or ffprobe) that was found and ran. */
export interface LocatedTool {
  path: string;
  /** As it prints it, e.g. `5.1.9-0+deb12u1`. */
  version: string;
  /** Where it was found. */
  origin: "environment" | "system" | "npm";
}

/** What the worker runs. */
export interface FfmpegTools {
  ffmpeg: LocatedTool;
  ffprobe: LocatedTool;
  /** Encoders that a trial encode opened, e.g. `libx264`. */
  encoders: string[];
  /** What works on which device. */
  capabilities: Capabilities;
  /** Filters that this build has, of those that are only used where present (`zscale`, `tonemap`). */
  filters: string[];
  /** Names of the codecs that this ffmpeg has decoders for. Left out: not known. */
  decodable?: string[];
  /** By codec, what a trial encode of real renders' settings made. Left out: not tried. */
  pixelsPerSecond?: { H264?: number };
}
