import { h264Level } from "../ffmpeg/index.ts";
import type { PlannedRung } from "../ladder/index.ts";
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
 * What a variant may lose of its likeness to the source, against one that takes all the bits that its ceiling allows: about half a point of VMAF,
 * a twelfth of what half of the viewers see (seen on a talk and a cartoon at 144p to 720p: 0.6 to 1 points for 0.001).
 */
const ssimToLose = 0.0006;
/** Steps, finer and coarser than the usual quality. Finer ones gain nothing; with coarser ones the next scene, which nobody sampled, would pay. */
const finest = -8;
const coarsest = 6;
/** More likeness than this many steps bring is not compared with, whatever the ceiling allows; nor less than the usual, of which the next scene may have more. */
const finestCompared = -10;
/**
 * What was not sampled may be so much harder than the hardest sample: with 2.5 a zoom into ever finer structure lost 1.7 points of VMAF to its
 * ceiling. It saves no bits, but players choose by it.
 */
const headroom = 4;
/** No ceiling falls below this part of the profile's. */
const floor = 0.5;

/**
 * Ceilings and qualities of a ladder by what its samples need: as coarse as can be without being worse to the eye than a rung that takes its whole
 * ceiling all the time. Easy content comes to a small part of those bits, and its ceilings, by which players choose, come nearer to what it needs;
 * hard content keeps the profile's. Never more than the profile's ceilings. Pure.
 */
export function planBitrates(measured: readonly Measured[], rungs: readonly PlannedRung[]): PlannedRung[] {
  const curves = measured.map(toCurve).toSorted((a, b) => a.pixels - b.pixels);
  if (curves.length === 0) return [...rungs];
  return rungs.map((rung) => {
    const curve = curveAt(curves, pixels(rung));
    const steps = stepsFor(curve, rung.bitrateBps);
    const peakBps = curve.peakBps * curve.bitsPerStep ** -steps;
    const wanted = Math.max(rung.bitrateBps * floor, peakBps * headroom);
    const ceiling = Math.min(rung.bitrateBps, Math.ceil(wanted / 1_000) * 1_000);
    return {
      ...rung,
      bitrateBps: hasSameLevel(rung, ceiling) ? ceiling : rung.bitrateBps,
      ...(steps !== 0 && { qualityOffset: steps }),
    };
  });
}

/** How bits and what is lacking to the source's likeness go with the quality, both by the same factor from step to step. */
interface Curve {
  pixels: number;
  bps: number;
  /** Of the hardest sample. */
  peakBps: number;
  /** A step finer takes so many times the bits. */
  bitsPerStep: number;
  /** 1 − SSIM, at the usual quality. */
  lack: number;
  /** A step coarser lacks so many times as much. */
  lackPerStep: number;
}

function toCurve({ width, height, usual, coarser, peakBps }: Measured): Curve {
  const perStep = (ratio: number) => Math.max(1.001, ratio) ** (1 / coarserSteps);
  // Five digits are told; what is perfect lacks a little, too.
  const lack = Math.max(1e-5, 1 - usual.ssim);
  return {
    pixels: pixels({ width, height }),
    bps: usual.bps,
    peakBps,
    bitsPerStep: perStep(usual.bps / coarser.bps),
    lack,
    lackPerStep: perStep((1 - coarser.ssim) / lack),
  };
}

/** Steps from the usual quality, to a quarter, rather finer than coarser. */
function stepsFor(
  { bps, bitsPerStep, lack, lackPerStep, isBeyond }: Curve & { isBeyond: boolean },
  ceilingBps: number,
) {
  // What a rung that always takes its whole ceiling is made with.
  const atCeiling = Math.log(bps / ceilingBps) / Math.log(bitsPerStep);
  const lackAtCeiling = lack * lackPerStep ** Math.min(0, Math.max(finestCompared, atCeiling));
  const steps = Math.log((lackAtCeiling + ssimToLose) / lack) / Math.log(lackPerStep);
  // Finer detail may be lost there than was seen.
  const careful = isBeyond ? Math.min(steps, Math.max(0, steps - 1)) : steps;
  return Math.min(coarsest, Math.max(finest, Math.floor(careful * 4) / 4));
}

/** Bits needed grow with roughly the power 0.75 of the pixels. */
const bitsByPixels = 0.75;

/** Between two sizes by the logarithms of all; beyond them as at the nearest. */
function curveAt(curves: readonly Curve[], at: number): Curve & { isBeyond: boolean } {
  const above = curves.find((curve) => curve.pixels >= at);
  const below = curves.findLast((curve) => curve.pixels <= at);
  const nearest = above ?? below;
  if (!nearest) throw new RangeError("There is no curve to go by.");
  if (above && below && above !== below) {
    const share = Math.log(at / below.pixels) / Math.log(above.pixels / below.pixels);
    const between = (of: Exclude<keyof Curve, "pixels">) => below[of] * (above[of] / below[of]) ** share;
    return {
      pixels: at,
      bps: between("bps"),
      peakBps: between("peakBps"),
      bitsPerStep: between("bitsPerStep"),
      lack: between("lack"),
      lackPerStep: between("lackPerStep"),
      isBeyond: false,
    };
  }
  const bits = (at / nearest.pixels) ** bitsByPixels;
  return {
    ...nearest,
    ...{ pixels: at, bps: nearest.bps * bits, peakBps: nearest.peakBps * bits },
    isBeyond: at > nearest.pixels,
  };
}

/** The level stands in the initialisation segment, which is to be the same from a video's head to its end. */
function hasSameLevel(rung: PlannedRung, bitrateBps: number): boolean {
  const picture = { ...rung, frameRate: rung.frameRate ?? 30 };
  return h264Level(picture) === h264Level({ ...picture, bitrateBps });
}
