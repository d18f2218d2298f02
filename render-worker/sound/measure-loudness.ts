import { retriableError } from "../errors.ts";
import { safeInputOptions } from "../ffmpeg/allow-lists.ts";
import { runTool } from "../ffmpeg/run-tool.ts";
import { words } from "../ffmpeg/words.ts";
import { clock } from "./plan-sound.ts";

/** Sound up to this length is measured whole, longer by as much of it in equal pieces over all of it: half a second of work either way. */
const measuredSeconds = 300;
const pieces = 20;

/** So much may be made louder or softer; what would need more is no sound to speak of. */
const maxGainDb = 24;

export interface Track {
  /** ffmpeg's input. */
  input: string;
  /** ffmpeg's index of the stream. */
  index: number;
  channels: number;
  durationMs: number | null;
}

/** Which parts of a track are listened to: seconds. Pure. */
export function planPieces(durationMs: number | null): { startSeconds: number; seconds: number }[] {
  const total = (durationMs ?? 0) / 1000;
  if (total <= measuredSeconds) return [{ startSeconds: 0, seconds: measuredSeconds }];
  const seconds = measuredSeconds / pieces;
  return Array.from({ length: pieces }, (_, piece) => ({
    startSeconds: Math.round(((total - seconds) * piece) / (pieces - 1)),
    seconds,
  }));
}

/** One ffmpeg that listens to the pieces as if they were one: its arguments. Pure. */
export function measuringArguments(track: Track, limits: { sourcePixels: number }): string[] {
  const parts = planPieces(track.durationMs);
  const inputs = parts.flatMap(({ startSeconds, seconds }) => [
    ...safeInputOptions(limits.sourcePixels, track.input),
    ...words(`-vn -ss ${startSeconds} -t ${seconds}`),
    "-i",
    track.input,
  ]);
  const chains = parts.map(
    (_, input) => `[${input}:${track.index}]${clock(track.channels).join(",")}[p${input}]`,
  );
  const joined = `${parts.map((_, input) => `[p${input}]`).join("")}concat=n=${parts.length}:v=0:a=1`;
  return [
    ...words("-hide_banner -nostdin -nostats -loglevel info"),
    ...inputs,
    "-filter_complex",
    [...chains, `${joined},ebur128=framelog=verbose[out]`].join(";"),
    ...words("-map [out] -f null -"),
  ];
}

/**
 * The gain in dB that brings a track to an integrated loudness (EBU R128): one number for all of it, so that the sound keeps its dynamics and parts that
 * different tasks make join without a step. It is rounded to a tenth, so that every worker comes to the same. 0 for silence.
 *
 * Two passes were chosen over `loudnorm`'s single one, which turns the volume up and down all the time.
 */
export async function measureGainDb(
  track: Track,
  targetLufs: number,
  options: { ffmpegPath: string; limits: { sourcePixels: number }; signal: AbortSignal },
): Promise<number> {
  const { ffmpegPath, limits, signal } = options;
  const result = await runTool(ffmpegPath, measuringArguments(track, limits), { timeoutMs: 120_000, signal });
  const lufs = parseLoudness(result.stderr);
  if (lufs === null) {
    throw retriableError(
      "WORKER",
      "LOUDNESS_UNKNOWN",
      "ffmpeg did not say how loud the source's sound is, which the profile's loudness needs; try again, or use a profile without one.",
      result.stderr,
    );
  }
  return planGainDb(lufs, targetLufs);
}

/** The last summary's integrated loudness: a graph that was set up anew for the decoder's format leaves one of nothing before. Null when there is none. */
export function parseLoudness(log: string): number | null {
  const match = [...log.matchAll(/Integrated loudness:\s+I:\s+(-?[\d.]+|-inf|nan) LUFS/g)].at(-1);
  if (!match) return null;
  const lufs = Number(match[1]);
  return Number.isFinite(lufs) ? lufs : Number.NEGATIVE_INFINITY;
}

/** Pure. -70 LUFS is what the standard calls silence. */
export function planGainDb(lufs: number, targetLufs: number): number {
  if (lufs <= -69.9) return 0;
  const gain = Math.round((targetLufs - lufs) * 10) / 10;
  return Math.max(-maxGainDb, Math.min(maxGainDb, gain));
}
