import {
  type FfmpegTools,
  type LocateOptions,
  locateFfmpeg,
  probeEncoders,
  probeFilters,
  requiredEncoders,
  ToolNotFoundError,
} from "@reelay/render-worker";
import { StartError } from "./start-error.ts";

/** @throws {StartError} when no usable ffmpeg is on this machine. */
export async function findTools(options: LocateOptions): Promise<FfmpegTools> {
  try {
    const located = await locateFfmpeg(options);
    const { path, version } = located.ffmpeg;
    const [encoders, filters] = await Promise.all([probeEncoders(path), probeFilters(path)]);
    const missing = requiredEncoders.filter((name) => !encoders.includes(name));
    if (missing.length === 0) return { ...located, encoders, filters };
    throw new StartError(
      `${path} (${version}) cannot encode with ${missing.join(" and ")}, which every render needs: set FFMPEG_PATH to a build that can.`,
    );
  } catch (error) {
    if (error instanceof ToolNotFoundError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}
