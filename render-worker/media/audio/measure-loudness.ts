import { retriableError } from "../../errors.ts";
import type { Program, ProgramResult } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { integrateLoudness } from "./integrate-loudness.ts";
import { clock } from "./plan-audio.ts";

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

/** A part of a track that is listened to. */
interface Piece {
  startSeconds: number;
  seconds: number;
}

/** Which parts of a track are listened to. Pure. */
export function planPieces(durationMs: number | null): Piece[] {
  const total = (durationMs ?? 0) / 1000;
  if (total <= measuredSeconds) return [{ startSeconds: 0, seconds: measuredSeconds }];
  const seconds = measuredSeconds / pieces;
  return Array.from({ length: pieces }, (_, piece) => ({
    startSeconds: Math.round(((total - seconds) * piece) / (pieces - 1)),
    seconds,
  }));
}

/** Each holds the source's whole index. */
export const inputsAtOnce = 4;

/** An ffmpeg that listens to some pieces as if they were one, and says on its standard output how loud each 400 ms are: its arguments. Pure. */
export function measuringArguments(track: Track, parts: readonly Piece[], limits: DecodeLimits): string[] {
  const inputs = parts.flatMap(({ startSeconds, seconds }) => [
    ...safeInputOptions(limits, track.input),
    ...words(`-vn -ss ${startSeconds} -t ${seconds}`),
    "-i",
    track.input,
  ]);
  const chains = parts.map(
    (_, input) => `[${input}:${track.index}]${clock(track.channels).join(",")}[p${input}]`,
  );
  const joined = `${parts.map((_, input) => `[p${input}]`).join("")}concat=n=${parts.length}:v=0:a=1`;
  const told = "ametadata=mode=print:key=lavfi.r128.M:file=-";
  return [
    ...words("-hide_banner -nostdin -nostats -loglevel error"),
    ...inputs,
    "-filter_complex",
    [...chains, `${joined},ebur128=metadata=1:framelog=verbose,${told}[out]`].join(";"),
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
  options: { ffmpeg: Program; limits: DecodeLimits; signal: AbortSignal },
): Promise<number> {
  const { ffmpeg, limits, signal } = options;
  const parts = planPieces(track.durationMs);
  const blocks: number[] = [];
  let failed: ProgramResult | null = null;
  for (let from = 0; from < parts.length; from += inputsAtOnce) {
    const args = measuringArguments(track, parts.slice(from, from + inputsAtOnce), limits);
    const result = await ffmpeg.run(args, { timeoutMs: 120_000, signal });
    if (result.exitCode !== 0) failed = result;
    blocks.push(...parseBlocks(result.stdout));
  }
  // Without an error there was nothing to hear.
  if (failed && blocks.length === 0) {
    throw retriableError(
      "WORKER",
      "LOUDNESS_UNKNOWN",
      "ffmpeg did not say how loud the source's sound is, which the profile's loudness needs; try again, or use a profile without one.",
      failed.stderr,
    );
  }
  return planGainDb(integrateLoudness(blocks), targetLufs);
}

/** The first blocks begin before the sound does, and are softer than it is. */
const incompleteBlocks = 3;

/** What ffmpeg printed of blocks of 400 ms, ten a second: LUFS. */
export function parseBlocks(printed: string): number[] {
  const blocks = [...printed.matchAll(/^lavfi\.r128\.M=(\S+)$/gm)].map(([, lufs]) => {
    const value = Number(lufs);
    return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
  });
  return blocks.length > incompleteBlocks ? blocks.slice(incompleteBlocks) : blocks;
}

/** Pure. -70 LUFS is what the standard calls silence. */
export function planGainDb(lufs: number, targetLufs: number): number {
  if (lufs <= -69.9) return 0;
  const gain = Math.round((targetLufs - lufs) * 10) / 10;
  return Math.max(-maxGainDb, Math.min(maxGainDb, gain));
}
