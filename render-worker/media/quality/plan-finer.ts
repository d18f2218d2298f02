import type { Quality } from "@reelay/contracts";
import type { PlannedRung } from "../ladder/index.ts";

/** What is lacking to 100 doubles with so many steps: seen on film, cartoon and test pictures, 4 to 6. */
const stepsToDouble = 5;
/** Somewhat more than it seems to need: it is tried once. */
const surplus = 1.4;
const mostSteps = 12;
/** A stream that takes so much of its ceiling is held by it, not by its quality; encoders that know no quality aim at four fifths of it. */
const heldFrom = 0.78;

/**
 * The rung as it is to be made once more, because it fell short of the VMAF that its profile asks for; null where that would be in vain: it meets it, it
 * was not measured as VMAF, or its ceiling allows no more. Pure.
 */
export function planFiner(
  rung: PlannedRung,
  quality: Quality | undefined,
  averageBps: number,
): PlannedRung | null {
  const { minVmaf, bitrateBps, qualityOffset = 0 } = rung;
  if (minVmaf === undefined || quality?.metric !== "VMAF" || quality.mean >= minVmaf) return null;
  if (averageBps >= bitrateBps * heldFrom) return null;
  const steps = stepsToDouble * surplus * Math.log2((100 - quality.mean) / (100 - minVmaf));
  return { ...rung, qualityOffset: qualityOffset - Math.min(mostSteps, Math.max(1, Math.ceil(steps))) };
}
