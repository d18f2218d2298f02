import type { Jail } from "../../jail/jail.ts";
import { createNoJail } from "../../jail/no-jail.ts";
import { confine } from "../../programs/program.ts";
import { findDeviceNodes } from "../devices/device-nodes.ts";
import type { TryOptions } from "../devices/run-trial.ts";
import { findOnPath, type LocateOptions, locateFfmpeg } from "../ffmpeg/locate.ts";
import type { FfmpegTools } from "../ffmpeg/tools.ts";
import { calibrate } from "./calibrate.ts";
import { probeDecodable, probeEncoders, probeFilters } from "./encoders.ts";

/** Finds ffmpeg and ffprobe and tries what they can do, in a jail where one is given. Throws `ToolNotFoundError` when one is missing. */
export async function findTools(
  options: LocateOptions,
  { jail = createNoJail(), ...tried }: Pick<TryOptions, "onRefused"> & { jail?: Jail } = {},
): Promise<FfmpegTools> {
  const located = await locateFfmpeg(options, jail);
  const { path } = located.ffmpeg;
  const devices = await findDeviceNodes();
  const ffmpeg = confine(jail, path, { devices });
  const smi = await findOnPath("nvidia-smi", options.path);
  const nvidiaSmi = smi === null ? undefined : confine(jail, smi, { devices });
  const [{ encoders, capabilities }, filters, decodable] = await Promise.all([
    probeEncoders(ffmpeg, { ...tried, ...(nvidiaSmi && { nvidiaSmi }) }),
    probeFilters(ffmpeg),
    probeDecodable(ffmpeg),
  ]);
  // Alone, so that the other trials do not slow it down.
  const pixelsPerSecond = await calibrate(ffmpeg);
  return {
    ...located,
    encoders,
    capabilities,
    filters,
    ...(decodable.length > 0 && { decodable }),
    ...(pixelsPerSecond && { pixelsPerSecond: { H264: pixelsPerSecond } }),
  };
}
