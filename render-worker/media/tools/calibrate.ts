import type { Program } from "../../programs/index.ts";
import { words } from "../ffmpeg/index.ts";

const width = 1280;
const height = 720;
const frames = 60;
/** A render also decodes and scales, which takes about a fifth of its time. */
const encodingShare = 0.8;

/**
 * How many pixels per second this machine encodes to H.264 in software, by a short trial with the settings of real renders. Null when the trial
 * failed: then nothing is assumed.
 */
export async function calibrate(ffmpeg: Program, signal?: AbortSignal): Promise<number | null> {
  const source = `testsrc2=s=${width}x${height}:r=30`;
  const { exitCode, stderr } = await ffmpeg.run(
    [
      ...words(`-hide_banner -nostdin -benchmark -f lavfi -i ${source} -frames:v ${frames}`),
      ...words("-pix_fmt yuv420p -c:v libx264 -preset veryfast -crf 23 -f null -"),
    ],
    { timeoutMs: 20_000, ...(signal ? { signal } : {}) },
  );
  // Without the time that the program takes to start.
  const seconds = Number(/rtime=([\d.]+)s/.exec(stderr)?.[1]);
  return exitCode === 0 && seconds > 0
    ? Math.round((encodingShare * width * height * frames) / seconds)
    : null;
}
