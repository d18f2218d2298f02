import type { LiveVariant, VideoSnapshot } from "./live-progress.ts";

type Furthest = Pick<LiveVariant, "fraction" | "frames" | "sizeBytes">;

/** The furthest that viewers were shown, per variant of one job: an attempt that starts over takes nothing back. */
export type Peaks = Map<string, Furthest>;

export const atLeast = <V extends Furthest>(variant: V, peak: Furthest): V => ({
  ...variant,
  fraction: Math.max(variant.fraction, peak.fraction),
  frames: Math.max(variant.frames, peak.frames),
  sizeBytes: variant.sizeBytes > peak.sizeBytes ? variant.sizeBytes : peak.sizeBytes,
});

/** Lifts a variant to the furthest that was shown, and remembers. What is READY is the truth about frames and bytes. */
export function raise<V extends VideoSnapshot["variants"][number]>(peaks: Peaks, variant: V): V {
  const peak = peaks.get(variant.name);
  const raised = peak === undefined ? variant : atLeast(variant, peak);
  const { fraction, frames, sizeBytes } = raised;
  peaks.set(variant.name, { fraction, frames, sizeBytes });
  return variant.status === "READY" ? { ...variant, fraction } : raised;
}
