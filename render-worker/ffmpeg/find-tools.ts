import type { TryOptions } from "../devices/run-trial.ts";
import { calibrate } from "../speed/calibrate.ts";
import { probeDecodable, probeEncoders, probeFilters, requiredEncoders } from "./encoders.ts";
import { type LocateOptions, locateFfmpeg, ToolNotFoundError } from "./locate.ts";
import type { FfmpegTools } from "./tools.ts";

/** Finds ffmpeg and ffprobe, and tries what they can. Throws `ToolNotFoundError` when there is none that every render can be made with. */
export async function findTools(
  options: LocateOptions,
  tried: Pick<TryOptions, "onRefused"> = {},
): Promise<FfmpegTools> {
  const located = await locateFfmpeg(options);
  const { path, version } = located.ffmpeg;
  const [{ encoders, capabilities }, filters, decodable] = await Promise.all([
    probeEncoders(path, tried),
    probeFilters(path),
    probeDecodable(path),
  ]);
  const missing = requiredEncoders.filter((name) => !encoders.includes(name));
  if (missing.length > 0) {
    throw new ToolNotFoundError(
      `${path} (${version}) cannot encode with ${missing.join(" and ")}, which every render needs: set FFMPEG_PATH to a build that can.`,
    );
  }
  // Alone, so that the other trials do not slow it down.
  const pixelsPerSecond = await calibrate(path);
  return {
    ...located,
    encoders,
    capabilities,
    filters,
    ...(decodable.length > 0 && { decodable }),
    ...(pixelsPerSecond && { pixelsPerSecond: { H264: pixelsPerSecond } }),
  };
}
