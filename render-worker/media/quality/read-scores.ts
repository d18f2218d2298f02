import type { Quality, QualityMetric } from "@reelay/contracts";
import { z } from "zod";

const VmafLog = z.object({
  frames: z.array(z.object({ metrics: z.object({ vmaf: z.number() }) })),
});

/** Parses the frames' scores from a filter's output. Throws if the format is unknown. */
export function readScores(text: string, metric: QualityMetric): number[] {
  if (metric === "SSIM") {
    // `n:1 Y:0.985032 U:0.980548 V:0.981415 All:0.983682 (17.873387)`
    return [...text.matchAll(/^n:\d+ Y:([\d.]+)/gm)].map(([, score]) => Number(score));
  }
  const scores = VmafLog.parse(JSON.parse(text)).frames.map(({ metrics }) => metrics.vmaf);
  // The first frame has no predecessor, so VMAF misses its motion and underrates it.
  return scores.length > 1 ? scores.slice(1) : scores;
}

/** Null without scores. */
export function summarizeScores(scores: readonly number[], metric: QualityMetric): Quality | null {
  if (scores.length === 0) return null;
  const digits = metric === "VMAF" ? 2 : 5;
  const round = (score: number) => Number(score.toFixed(digits));
  return {
    metric,
    mean: round(scores.reduce((sum, score) => sum + score, 0) / scores.length),
    min: round(percentile(scores, 0.05)),
    samples: scores.length,
  };
}

/** Interpolates linearly between two scores. */
function percentile(scores: readonly number[], fraction: number): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
