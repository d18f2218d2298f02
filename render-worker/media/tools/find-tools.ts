import { createNoJail, type Jail } from "../../jail/index.ts";
import { confine } from "../../programs/index.ts";
import { findDeviceNodes, type TryOptions, trialTimeoutMs } from "../devices/index.ts";
import { type FfmpegTools, findOnPath, type LocateOptions, locateFfmpeg } from "../ffmpeg/index.ts";
import { calibrate } from "./calibrate.ts";
import { probeDecodable, probeEncoders, probeFilters } from "./encoders.ts";
import { recordTrials, type Trials } from "./recorded-trials.ts";

export interface FindOptions extends LocateOptions {
  /** Where workers of this machine keep results of trials. Default: every call runs them. */
  trialsDirectory?: string | undefined;
}

/**
 * Finds ffmpeg and ffprobe and tries what they can do, in a jail where one is given. Throws `ToolNotFoundError` when one is
 * missing.
 */
export async function findTools(
  options: FindOptions,
  { jail = createNoJail(), ...tried }: Pick<TryOptions, "onRefused"> & { jail?: Jail } = {},
): Promise<FfmpegTools> {
  const located = await locateFfmpeg(options, jail);
  const { ffmpeg } = located;
  const devices = await findDeviceNodes();
  const run = () => runTrials(jail, ffmpeg.path, devices, options.path, tried.onRefused);
  const { trialsDirectory } = options;
  // A GPU's driver changes without a trace in ffmpeg: only software is recorded.
  const isRecorded = trialsDirectory !== undefined && devices.length === 0;
  const {
    decodable,
    pixelsPerSecond,
    isComplete: _,
    ...trials
  } = isRecorded ? await recordTrials(trialsDirectory, { ffmpeg, jail: jail.level }, run) : await run();
  return {
    ...located,
    ...trials,
    ...(decodable.length > 0 && { decodable }),
    ...(pixelsPerSecond && { pixelsPerSecond: { H264: pixelsPerSecond } }),
  };
}

async function runTrials(
  jail: Jail,
  path: string,
  devices: readonly string[],
  searchPath: string,
  onRefused: TryOptions["onRefused"],
): Promise<Trials> {
  const ffmpeg = confine(jail, path, { devices });
  const smi = await findOnPath("nvidia-smi", searchPath);
  const nvidiaSmi = smi === null ? undefined : confine(jail, smi, { devices });
  const begunAt = performance.now();
  const [{ encoders, capabilities }, filters, decodable] = await Promise.all([
    probeEncoders(ffmpeg, { ...(onRefused && { onRefused }), ...(nvidiaSmi && { nvidiaSmi }) }),
    probeFilters(ffmpeg),
    probeDecodable(ffmpeg),
  ]);
  // Alone, so that the other trials do not slow it down.
  const pixelsPerSecond = await calibrate(ffmpeg);
  const isComplete = performance.now() - begunAt < trialTimeoutMs && pixelsPerSecond !== null;
  return { encoders, capabilities, filters, decodable, pixelsPerSecond, isComplete };
}
