import { maxFrameRateOf, type Profile, type Rung, type Tier } from "@reelay/contracts";
import type { PictureProbe } from "../probe/index.ts";
import { rungFrameRate } from "./frame-rate.ts";

/** A rung as it is made for one source. */
export interface PlannedRung {
  name: string;
  /** Position in the whole ladder, skipped rungs included: codec by codec in the profile's order, smallest first. */
  index: number;
  tier: Tier;
  codec: Rung["codec"];
  width: number;
  height: number;
  /** Frames per second of the variant; null where the source does not say. */
  frameRate: number | null;
  /** Ceiling of the video's bits per second. */
  bitrateBps: number;
  /** Steps on the encoder's scale of quality coarser (or, below 0, finer) than usual. Default 0. */
  qualityOffset?: number | undefined;
  /** Mean VMAF that is asked for at least. */
  minVmaf?: number | undefined;
  /** ffmpeg's name of the encoder to take before any other that works: what the head of the video was made with. */
  encoder?: string | undefined;
}

interface SkippedRung extends PlannedRung {
  /** A sentence. */
  reason: string;
}

export interface Ladder {
  /** To make, smallest first within each codec; empty for a profile without rungs alone. */
  rungs: PlannedRung[];
  skipped: SkippedRung[];
}

/** A source within 2 % of a rung is that rung: a variant of its own would cost an encode that nobody can see. */
const sameSize = 1.02;

/**
 * Which variants a source gets. Pure.
 *
 * Rungs are measured on the shorter side, so that portrait and landscape get the same ones. Nothing is upscaled: rungs above the
 * source are skipped, and a source between two rungs keeps its own size as the top variant, named by its shorter side, with the
 * tier and the scaled bitrate of the rung above it. A source below the smallest rung gets one variant of its own size. Each codec's
 * rungs are a ladder of its own.
 */
export function planLadder(profile: Profile, probe: PictureProbe): Ladder {
  const { width, height } = probe.video;
  const shorter = Math.min(width, height);
  const names = new Set(profile.rungs.map(({ name }) => name));
  const entries = [...new Set(profile.rungs.map(({ codec }) => codec))].flatMap((codec) => {
    const sorted = profile.rungs
      .filter((rung) => rung.codec === codec)
      .toSorted((a, b) => a.height - b.height || a.bitrateBps - b.bitrateBps);
    const made = sorted.filter((rung) => rung.height <= shorter);
    const above = sorted.filter((rung) => rung.height > shorter);
    const entry = (isSkipped: boolean) => (rung: Rung) => ({ rung, isSkipped });
    const own = ownSize(made.at(-1), above[0], shorter, names);
    return [...made, ...own].map(entry(false)).concat(above.map(entry(true)));
  });
  const plan = (rung: Rung, index: number): PlannedRung => {
    const size = sizeOf(rung.height, width, height);
    const frameRate = rungFrameRate(probe.video, maxFrameRateOf(rung));
    return {
      name: rung.name,
      index,
      tier: rung.tier,
      codec: rung.codec,
      ...size,
      frameRate,
      bitrateBps: Math.round(rung.bitrateBps * shapeFactor(rung.height, size) * frameRateFactor(frameRate)),
      ...(rung.minVmaf !== undefined && { minVmaf: rung.minVmaf }),
    };
  };
  const ladder: Ladder = { rungs: [], skipped: [] };
  for (const [index, { rung, isSkipped }] of entries.entries()) {
    const reason = `The source is ${width}x${height}; ${rung.name} would need ${rung.height} pixels on the shorter side, and nothing is upscaled.`;
    if (isSkipped) ladder.skipped.push({ ...plan(rung, index), reason });
    else ladder.rungs.push(plan(rung, index));
  }
  return ladder;
}

/** A rung of the source's own size on top of a codec's ladder, unless the rung below is as good as it. */
function ownSize(
  below: Rung | undefined,
  above: Rung | undefined,
  shorter: number,
  names: Set<string>,
): Rung[] {
  if (above === undefined || (below !== undefined && shorter <= below.height * sameSize)) return [];
  const height = even(shorter);
  // `720p-hevc` gives `400p-hevc`, so that the ladders of several codecs keep apart.
  const ending = above.name.startsWith(`${above.height}p`) ? above.name.slice(`${above.height}`.length) : "p";
  const wanted = `${height}${ending}`;
  const name = names.has(wanted) ? `${height}p-${above.codec.toLowerCase()}` : wanted;
  names.add(name);
  return [{ ...above, name, height, bitrateBps: between(below, above, shorter) }];
}

/** Width and height with the shorter side at `target` (at most the source's own), both even as H.264's 4:2:0 needs. */
function sizeOf(target: number, width: number, height: number): { width: number; height: number } {
  const scale = target / Math.min(width, height);
  const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

/** The bitrate of a size between two rungs: the upper one's, by the area to the power of 0.75 (see `shapeFactor`), never below the lower one's. */
function between(lower: Rung | undefined, upper: Rung, shorter: number): number {
  const scaled = Math.round(upper.bitrateBps * (shorter / upper.height) ** 1.5);
  return Math.max(scaled, lower?.bitrateBps ?? 10_000);
}

/**
 * Profiles state bitrates for 16:9. Another shape has more or fewer pixels at the same shorter side; bits needed grow with
 * roughly the power 0.75 of the pixels, as neighbouring pixels tell ever less that is new.
 */
function shapeFactor(target: number, size: { width: number; height: number }): number {
  const pixels = (size.width * size.height) / ((target * target * 16) / 9);
  // Rounding to even numbers is no other shape.
  return Math.abs(pixels - 1) < 0.02 ? 1 : Math.min(2, Math.max(0.4, pixels ** 0.75));
}

/** Profiles state bitrates for up to 30 frames per second. Twice the frames differ less from one another: half as much again is enough. */
function frameRateFactor(frameRate: number | null): number {
  return frameRate === null || frameRate <= 30 ? 1 : 1 + (Math.min(frameRate, 60) - 30) / 60;
}

const even = (length: number): number => Math.max(2, Math.floor(length / 2) * 2);
