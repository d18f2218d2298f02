import type { Profile, Rung, SourceProbe, Tier } from "@reelay/contracts";

/** A rung as it is made for one source. */
export interface PlannedRung {
  name: string;
  /** Position in the whole ladder, smallest first, skipped rungs included. */
  index: number;
  tier: Tier;
  codec: Rung["codec"];
  width: number;
  height: number;
  /** Frames per second of the variant; null where the source does not say. */
  frameRate: number | null;
  /** Ceiling of the video's bits per second. */
  bitrateBps: number;
}

export interface SkippedRung extends PlannedRung {
  /** A sentence. */
  reason: string;
}

export interface Ladder {
  /** To make, smallest first; never empty. */
  rungs: PlannedRung[];
  skipped: SkippedRung[];
}

/** Faster sources are thinned out to this: no screen or decoder of an ordinary viewer shows more. */
export const maxFrameRate = 60;

/** A source within 2 % of a rung is that rung: a variant of its own would cost an encode that nobody can see. */
const sameSize = 1.02;

/**
 * Which variants a source gets. Pure.
 *
 * Rungs are measured on the shorter side, so that portrait and landscape get the same ones. Nothing is upscaled: rungs above the
 * source are skipped, and a source between two rungs keeps its own size as the top variant, named by its shorter side, with the
 * tier and the scaled bitrate of the rung above it. A source below the smallest rung gets one variant of its own size.
 */
export function planLadder(profile: Profile, probe: SourceProbe): Ladder {
  const { width, height } = probe.video;
  const shorter = Math.min(width, height);
  const frameRate = probe.video.frameRate === null ? null : Math.min(probe.video.frameRate, maxFrameRate);
  const sorted = profile.rungs.toSorted((a, b) => a.height - b.height);
  const made = sorted.filter((rung) => rung.height <= shorter);
  const above = sorted.filter((rung) => rung.height > shorter);
  const top = made.at(-1);
  const next = above[0];
  const isBetween = next !== undefined && (top === undefined || shorter > top.height * sameSize);
  const own: Rung[] = isBetween
    ? [{ ...next, name: `${even(shorter)}p`, height: even(shorter), bitrateBps: between(top, next, shorter) }]
    : [];
  const plan = (rung: Rung, index: number): PlannedRung => {
    const size = sizeOf(rung.height, width, height);
    return {
      name: rung.name,
      index,
      tier: rung.tier,
      codec: rung.codec,
      ...size,
      frameRate,
      bitrateBps: Math.round(rung.bitrateBps * shapeFactor(rung.height, size) * frameRateFactor(frameRate)),
    };
  };
  const rungs = [...made, ...own].map(plan);
  const skipped = above.map((rung, index): SkippedRung => {
    const reason = `The source is ${width}x${height}; ${rung.name} would need ${rung.height} pixels on the shorter side, and nothing is upscaled.`;
    return Object.assign(plan(rung, rungs.length + index), { reason });
  });
  return { rungs, skipped };
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
