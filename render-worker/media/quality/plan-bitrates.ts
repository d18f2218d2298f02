import { h264Level } from "../ffmpeg/index.ts";
import type { PlannedRung } from "../ladder/index.ts";
import { COARSER_STEPS, pixels } from "./plan-analysis.ts";

/** Results of the samples at one size. */
export interface Measured {
  width: number;
  height: number;
  usual: { bps: number; ssim: number };
  /** `COARSER_STEPS` coarser. */
  coarser: { bps: number; ssim: number };
  /** Of the largest sample, at the usual quality. */
  peakBps: number;
}

/**
 * Similarity that a variant may lose against one that always uses its ceiling: about half a point of VMAF, a
 * twelfth of a difference that half of the viewers see (measured on a talk and a cartoon at 144p to 720p: 0.6
 * to 1 point for 0.001).
 */
const SSIM_TO_LOSE = 0.0006;
/**
 * Range of steps from the usual quality. Finer ones gain nothing; coarser ones harm the next scene, which was
 * not sampled.
 */
const FINEST = -8;
const COARSEST = 6;
/**
 * Range of the similarity to compare with, whatever the ceiling allows: no finer than this many steps, and no
 * coarser than usual.
 */
const FINEST_COMPARED = -10;
/**
 * Allowance for content that is harder than the hardest sample. With 2.5, a zoom into a fractal lost 1.7
 * points of VMAF. It saves no bits, but players select by the ceiling.
 */
const HEADROOM = 4;
/** Minimum of a ceiling, as a fraction of the profile's. */
const FLOOR = 0.5;

/**
 * Chooses ceilings and qualities of a ladder from its samples: as coarse as possible without looking worse
 * than a rung that always uses its whole ceiling. Easy content uses a fraction of those bits, and its
 * ceilings, by which players select, are lowered; hard content keeps the profile's. Never exceeds the
 * profile's ceilings. Pure.
 */
export function planBitrates(measured: readonly Measured[], rungs: readonly PlannedRung[]): PlannedRung[] {
  const curves = measured.map(toCurve).toSorted((a, b) => a.pixels - b.pixels);
  if (curves.length === 0) return [...rungs];
  return rungs.map((rung) => {
    const curve = curveAt(curves, pixels(rung));
    const steps = stepsFor(curve, rung.bitrateBps);
    const peakBps = curve.peakBps * curve.bitsPerStep ** -steps;
    const wanted = Math.max(rung.bitrateBps * FLOOR, peakBps * HEADROOM);
    const ceiling = Math.min(rung.bitrateBps, Math.ceil(wanted / 1_000) * 1_000);
    return {
      ...rung,
      bitrateBps: hasSameLevel(rung, ceiling) ? ceiling : rung.bitrateBps,
      ...(steps !== 0 && { qualityOffset: steps }),
    };
  });
}

/** Bits and dissimilarity as functions of the quality; each step multiplies both by a constant factor. */
interface Curve {
  pixels: number;
  bps: number;
  /** Of the hardest sample. */
  peakBps: number;
  /** Factor of the bits per finer step. */
  bitsPerStep: number;
  /** 1 − SSIM at the usual quality. */
  lack: number;
  /** Factor of the dissimilarity per coarser step. */
  lackPerStep: number;
}

function toCurve({ width, height, usual, coarser, peakBps }: Measured): Curve {
  const perStep = (ratio: number) => Math.max(1.001, ratio) ** (1 / COARSER_STEPS);
  // x264 prints five digits, so a perfect score still counts as a small difference.
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

/** Steps from the usual quality, rounded to a quarter towards finer. */
function stepsFor(
  { bps, bitsPerStep, lack, lackPerStep, isBeyond }: Curve & { isBeyond: boolean },
  ceilingBps: number,
) {
  // Quality of a rung that always uses its whole ceiling.
  const atCeiling = Math.log(bps / ceilingBps) / Math.log(bitsPerStep);
  const lackAtCeiling = lack * lackPerStep ** Math.min(0, Math.max(FINEST_COMPARED, atCeiling));
  const steps = Math.log((lackAtCeiling + SSIM_TO_LOSE) / lack) / Math.log(lackPerStep);
  // More detail may be lost there than the samples show.
  const careful = isBeyond ? Math.min(steps, Math.max(0, steps - 1)) : steps;
  return Math.min(COARSEST, Math.max(FINEST, Math.floor(careful * 4) / 4));
}

/** Bits grow with about the power 0.75 of the pixels. */
const BITS_BY_PIXELS = 0.75;

/** Interpolates between two sizes on a logarithmic scale; outside them it uses the nearest. */
function curveAt(curves: readonly Curve[], at: number): Curve & { isBeyond: boolean } {
  const above = curves.find((curve) => curve.pixels >= at);
  const below = curves.findLast((curve) => curve.pixels <= at);
  const nearest = above ?? below;
  if (!nearest) throw new RangeError("No curve was measured.");
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
  const bits = (at / nearest.pixels) ** BITS_BY_PIXELS;
  return {
    ...nearest,
    ...{ pixels: at, bps: nearest.bps * bits, peakBps: nearest.peakBps * bits },
    isBeyond: at > nearest.pixels,
  };
}

/** The initialization segment contains the level and must be the same from the head to the end. */
function hasSameLevel(rung: PlannedRung, bitrateBps: number): boolean {
  const picture = { ...rung, frameRate: rung.frameRate ?? 30 };
  return h264Level(picture) === h264Level({ ...picture, bitrateBps });
}
