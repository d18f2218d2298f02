import { maxFrameRateOf, type Profile, type Rung, type Tier } from "@reelay/contracts";
import type { PictureProbe } from "../probe/index.ts";
import { rungFrameRate } from "./frame-rate.ts";

/** A rung, adapted to one source. */
export interface PlannedRung {
  name: string;
  /**
   * Position in the whole ladder, including skipped rungs: codec by codec in the profile's order, smallest
   * first.
   */
  index: number;
  tier: Tier;
  codec: Rung["codec"];
  width: number;
  height: number;
  /** Frame rate of the variant; null if the source does not state it. */
  frameRate: number | null;
  /** Maximum bitrate of the video in bits per second. */
  bitrateBps: number;
  /** Offset on the encoder's quality scale: positive is coarser, negative finer. Default 0. */
  qualityOffset?: number | undefined;
  /** Minimum mean VMAF. */
  minVmaf?: number | undefined;
  /** ffmpeg's name of the preferred encoder: the one that made the head. */
  encoder?: string | undefined;
}

interface SkippedRung extends PlannedRung {
  /** A sentence. */
  reason: string;
}

export interface Ladder {
  /** Rungs to make, smallest first within each codec. Empty only for a profile without rungs. */
  rungs: PlannedRung[];
  skipped: SkippedRung[];
}

/** A source within 2 % of a rung is that rung; another variant would not look different. */
const SAME_SIZE = 1.02;

/**
 * Plans the variants of a source. Pure.
 *
 * Rungs refer to the shorter side, so that portrait and landscape videos get the same ones. Nothing is
 * upscaled: rungs above the source are skipped, and a source between two rungs keeps its own size as the top
 * variant, named by its shorter side, with the tier and the scaled bitrate of the rung above. A source below
 * the smallest rung gets one variant of its own size. Each codec has its own ladder.
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
    const reason = `The source is ${width}x${height}. ${rung.name} needs ${rung.height} pixels on the shorter side, and video is never upscaled.`;
    if (isSkipped) ladder.skipped.push({ ...plan(rung, index), reason });
    else ladder.rungs.push(plan(rung, index));
  }
  return ladder;
}

/** A rung of the source's own size on top of a codec's ladder, unless the rung below is as good. */
function ownSize(
  below: Rung | undefined,
  above: Rung | undefined,
  shorter: number,
  names: Set<string>,
): Rung[] {
  if (above === undefined || (below !== undefined && shorter <= below.height * SAME_SIZE)) return [];
  const height = even(shorter);
  // `720p-hevc` becomes `400p-hevc`, to keep the ladders of several codecs apart.
  const ending = above.name.startsWith(`${above.height}p`) ? above.name.slice(`${above.height}`.length) : "p";
  const wanted = `${height}${ending}`;
  const name = names.has(wanted) ? `${height}p-${above.codec.toLowerCase()}` : wanted;
  names.add(name);
  return [{ ...above, name, height, bitrateBps: between(below, above, shorter) }];
}

/** Size whose shorter side is `target` (at most the source's own), with both sides even for 4:2:0. */
function sizeOf(target: number, width: number, height: number): { width: number; height: number } {
  const scale = target / Math.min(width, height);
  const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

/**
 * Bitrate for a size between two rungs: the upper one's, scaled by the area to the power of 0.75 (see
 * `shapeFactor`), at least the lower one's.
 */
function between(lower: Rung | undefined, upper: Rung, shorter: number): number {
  const scaled = Math.round(upper.bitrateBps * (shorter / upper.height) ** 1.5);
  return Math.max(scaled, lower?.bitrateBps ?? 10_000);
}

/**
 * Profiles state bitrates for 16:9. Other shapes have more or fewer pixels at the same shorter side. Bitrate
 * grows with about the power 0.75 of the pixels, since neighbouring pixels become more alike.
 */
function shapeFactor(target: number, size: { width: number; height: number }): number {
  const pixels = (size.width * size.height) / ((target * target * 16) / 9);
  // Rounding to even sizes does not count as another shape.
  return Math.abs(pixels - 1) < 0.02 ? 1 : Math.min(2, Math.max(0.4, pixels ** 0.75));
}

/**
 * Profiles state bitrates for up to 30 frames per second. At twice the rate, successive frames differ less:
 * half as much again is enough.
 */
function frameRateFactor(frameRate: number | null): number {
  return frameRate === null || frameRate <= 30 ? 1 : 1 + (Math.min(frameRate, 60) - 30) / 60;
}

const even = (length: number): number => Math.max(2, Math.floor(length / 2) * 2);
