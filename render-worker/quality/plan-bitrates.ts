import { h264Level } from "../ladder/h264-level.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import { coarserSteps, pixels } from "./plan-analysis.ts";

/** What the samples came to at one size. */
export interface Measured {
  width: number;
  height: number;
  usual: { bps: number; ssim: number };
  /** `coarserSteps` coarser. */
  coarser: { bps: number; ssim: number };
  /** Of the sample that took most, at the usual quality. */
  peakBps: number;
}

/**
 * What a variant may lose of its likeness to the source: about a point of VMAF, a sixth of what half of the viewers see (seen on film, cartoon and
 * test pictures: 0.5 to 1.3 points).
 */
const ssimToLose = 0.0015;
/** Beyond it the next scene, which nobody sampled, would pay. */
const mostSteps = 6;
/**
 * What was not sampled may be so much harder than the hardest sample: with 2.5 a zoom into ever finer structure lost 1.7 points of VMAF to its
 * ceiling. It saves no bits, but players choose by it.
 */
const headroom = 4;
/** No ceiling falls below this part of the profile's. */
const floor = 0.5;

/**
 * Ceilings and qualities of a ladder by what its samples need: never more bits than the profile's ceiling or the usual quality take. Easy
 * content is made coarser as far as nobody sees it, and its ceilings, by which players choose, come near to what it needs; hard content
 * keeps the profile's. Pure.
 */
export function planBitrates(measured: readonly Measured[], rungs: readonly PlannedRung[]): PlannedRung[] {
  const sizes = measured.toSorted((a, b) => pixels(a) - pixels(b)).map(toNeed);
  if (sizes.length === 0) return [...rungs];
  return rungs.map((rung) => {
    const { steps, peakBps } = needAt(sizes, pixels(rung));
    const wanted = Math.max(rung.bitrateBps * floor, peakBps * headroom);
    const ceiling = Math.min(rung.bitrateBps, Math.ceil(wanted / 1_000) * 1_000);
    return {
      ...rung,
      bitrateBps: hasSameLevel(rung, ceiling) ? ceiling : rung.bitrateBps,
      ...(steps > 0 && { qualityOffset: steps }),
    };
  });
}

interface Need {
  pixels: number;
  /** That can be spared. */
  steps: number;
  /** Of the hardest sample, so much coarser. */
  peakBps: number;
}

function toNeed(measured: Measured): Need {
  const { usual, coarser } = measured;
  const lossPerStep = Math.max(0, usual.ssim - coarser.ssim) / coarserSteps;
  const steps = lossPerStep === 0 ? mostSteps : Math.min(mostSteps, ssimToLose / lossPerStep);
  const bitsPerStep = (coarser.bps / usual.bps) ** (1 / coarserSteps);
  return { pixels: pixels(measured), steps, peakBps: measured.peakBps * Math.min(1, bitsPerStep) ** steps };
}

/** Bits needed grow with roughly the power 0.75 of the pixels. */
const bitsByPixels = 0.75;

/** Between two sizes by the logarithm of their pixels; above the largest a step less, because finer detail may be lost there than was seen. */
function needAt(sizes: readonly Need[], at: number): { steps: number; peakBps: number } {
  const above = sizes.find((size) => size.pixels >= at);
  const below = sizes.findLast((size) => size.pixels <= at);
  if (above && below && above !== below) {
    const share = Math.log(at / below.pixels) / Math.log(above.pixels / below.pixels);
    return {
      steps: quarters(below.steps + (above.steps - below.steps) * share),
      peakBps: below.peakBps * (above.peakBps / below.peakBps) ** share,
    };
  }
  const nearest = above ?? below;
  if (!nearest) return { steps: 0, peakBps: Number.POSITIVE_INFINITY };
  const isBeyond = nearest === below && at > nearest.pixels;
  return {
    steps: quarters(isBeyond ? nearest.steps - 1 : nearest.steps),
    peakBps: nearest.peakBps * (at / nearest.pixels) ** bitsByPixels,
  };
}

const quarters = (steps: number): number => Math.max(0, Math.floor(steps * 4) / 4);

/** The level stands in the initialisation segment, which is to be the same from a video's head to its end. */
function hasSameLevel(rung: PlannedRung, bitrateBps: number): boolean {
  const picture = { ...rung, frameRate: rung.frameRate ?? 30 };
  return h264Level(picture) === h264Level({ ...picture, bitrateBps });
}
