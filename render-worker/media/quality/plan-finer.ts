import type { Quality } from "@reelay/contracts";
import type { PlannedRung } from "../ladder/index.ts";

/** The distance to 100 doubles with this many steps: 4 to 6 measured on film, cartoons and test patterns. */
const STEPS_TO_DOUBLE = 5;
/** Margin, since there is only one retry. */
const SURPLUS = 1.4;
const MOST_STEPS = 12;
/**
 * A stream that uses this fraction of its ceiling is limited by it, not by its quality. Encoders without a
 * quality mode aim at four fifths.
 */
const HELD_FROM = 0.78;

/**
 * Plans a second encode of a rung below its profile's minimum VMAF. Null if it would not help: the rung meets
 * the minimum, was not measured with VMAF, or is limited by its ceiling. Pure.
 */
export function planFiner(
  rung: PlannedRung,
  quality: Quality | undefined,
  averageBps: number,
): PlannedRung | null {
  const { minVmaf, bitrateBps, qualityOffset = 0 } = rung;
  if (minVmaf === undefined || quality?.metric !== "VMAF" || quality.mean >= minVmaf) return null;
  if (averageBps >= bitrateBps * HELD_FROM) return null;
  const steps = STEPS_TO_DOUBLE * SURPLUS * Math.log2((100 - quality.mean) / (100 - minVmaf));
  return { ...rung, qualityOffset: qualityOffset - Math.min(MOST_STEPS, Math.max(1, Math.ceil(steps))) };
}
