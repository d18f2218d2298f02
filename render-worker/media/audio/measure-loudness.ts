import { retriableError } from "../../errors.ts";
import type { Program, ProgramResult } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { integrateLoudness } from "./integrate-loudness.ts";
import { clock } from "./plan-audio.ts";

/**
 * Audio up to this length is measured whole. Of longer audio, equal pieces with this total length are
 * measured: half a second of work.
 */
const MEASURED_SECONDS = 300;
const PIECES = 20;

/** Maximum change in either direction. Audio that needs more is practically silent. */
const MAX_GAIN_DB = 24;

export interface Track {
  /** ffmpeg's input. */
  input: string;
  /** ffmpeg's index of the stream. */
  index: number;
  channels: number;
  durationMs: number | null;
}

/** A measured part of a track. */
interface Piece {
  startSeconds: number;
  seconds: number;
}

/** Selects the parts of a track to measure. Pure. */
export function planPieces(durationMs: number | null): Piece[] {
  const total = (durationMs ?? 0) / 1000;
  if (total <= MEASURED_SECONDS) return [{ startSeconds: 0, seconds: MEASURED_SECONDS }];
  const seconds = MEASURED_SECONDS / PIECES;
  return Array.from({ length: PIECES }, (_, piece) => ({
    startSeconds: Math.round(((total - seconds) * piece) / (PIECES - 1)),
    seconds,
  }));
}

/** Each input holds the source's whole index in memory. */
export const INPUTS_AT_ONCE = 4;

/**
 * Arguments for an ffmpeg process that joins some pieces and prints the loudness of each 400 ms block. Pure.
 */
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
 * The gain in dB that brings a track to an integrated loudness (EBU R128). One value for the whole track
 * keeps its dynamics, and parts from different tasks join without a step. Rounded to a tenth, so that every
 * worker gets the same value. 0 for silence.
 *
 * This uses two passes because a single pass of `loudnorm` changes the volume continuously.
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
  for (let from = 0; from < parts.length; from += INPUTS_AT_ONCE) {
    const args = measuringArguments(track, parts.slice(from, from + INPUTS_AT_ONCE), limits);
    const result = await ffmpeg.run(args, { timeoutMs: 120_000, signal });
    if (result.exitCode !== 0) failed = result;
    blocks.push(...parseBlocks(result.stdout));
  }
  // Without an error, the track is empty.
  if (failed && blocks.length === 0) {
    throw retriableError(
      "WORKER",
      "LOUDNESS_UNKNOWN",
      "ffmpeg did not report the loudness of the source's audio, which the profile needs. Try again, or use a profile without loudness.",
      failed.stderr,
    );
  }
  return planGainDb(integrateLoudness(blocks), targetLufs);
}

/** The first blocks start before the audio does, and are too quiet. */
const INCOMPLETE_BLOCKS = 3;

/** Parses ffmpeg's output: one value in LUFS per 400 ms block, ten a second. */
export function parseBlocks(printed: string): number[] {
  const blocks = [...printed.matchAll(/^lavfi\.r128\.M=(\S+)$/gm)].map(([, lufs]) => {
    const value = Number(lufs);
    return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
  });
  return blocks.length > INCOMPLETE_BLOCKS ? blocks.slice(INCOMPLETE_BLOCKS) : blocks;
}

/** Pure. The standard treats -70 LUFS as silence. */
export function planGainDb(lufs: number, targetLufs: number): number {
  if (lufs <= -69.9) return 0;
  const gain = Math.round((targetLufs - lufs) * 10) / 10;
  return Math.max(-MAX_GAIN_DB, Math.min(MAX_GAIN_DB, gain));
}
