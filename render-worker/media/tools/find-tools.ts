import { createNoJail, type Jail } from "../../jail/index.ts";
import { confine, type Program } from "../../programs/index.ts";
import { findDeviceNodes, TRIAL_TIMEOUT_MS, type TryOptions } from "../devices/index.ts";
import { type FfmpegTools, findOnPath, type LocateOptions, locateFfmpeg, words } from "../ffmpeg/index.ts";
import { probeDecodable, probeEncoders, probeFilters } from "./encoders.ts";
import { recordTrials, type Trials } from "./recorded-trials.ts";

export interface FindOptions extends LocateOptions {
  /** Folder for the results of trials, shared by the machine's workers. Default: every call runs them. */
  trialsDirectory?: string | undefined;
}

/**
 * Finds ffmpeg and ffprobe and tries their features, in a jail if there is one. Throws `ToolNotFoundError` if
 * one is missing.
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
  // A GPU's driver may change without a trace in ffmpeg, so only software results are recorded.
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
  // Runs alone, so that other trials do not slow it down.
  const pixelsPerSecond = await calibrate(ffmpeg);
  const isComplete = performance.now() - begunAt < TRIAL_TIMEOUT_MS && pixelsPerSecond !== null;
  return { encoders, capabilities, filters, decodable, pixelsPerSecond, isComplete };
}

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 60;
/** A render also decodes and scales, which takes about a fifth of its time. */
const ENCODING_SHARE = 0.8;

/**
 * Measures how many pixels per second this machine encodes to H.264 in software, with the settings of real
 * renders. Null if the trial fails.
 */
async function calibrate(ffmpeg: Program, signal?: AbortSignal): Promise<number | null> {
  const source = `testsrc2=s=${WIDTH}x${HEIGHT}:r=30`;
  const { exitCode, stderr } = await ffmpeg.run(
    [
      ...words(`-hide_banner -nostdin -benchmark -f lavfi -i ${source} -frames:v ${FRAMES}`),
      ...words("-pix_fmt yuv420p -c:v libx264 -preset veryfast -crf 23 -f null -"),
    ],
    { timeoutMs: 20_000, ...(signal ? { signal } : {}) },
  );
  // Excludes the start of the program.
  const seconds = Number(/rtime=([\d.]+)s/.exec(stderr)?.[1]);
  return exitCode === 0 && seconds > 0
    ? Math.round((ENCODING_SHARE * WIDTH * HEIGHT * FRAMES) / seconds)
    : null;
}
