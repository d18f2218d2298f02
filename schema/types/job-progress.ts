import { videoProgress } from "../../src/videos/index.ts";
import type { Context } from "../context.ts";
import { isFor } from "../operations.ts";
import { fractionOf, type LiveRow, liveColumns } from "./variant.ts";

/** Of a job's video, what `jobProgress` needs. */
export const progressOfVariants = {
  variants: { select: { ...liveColumns, width: true, height: true } },
} as const;

/** How far the variants that a job is for are together, 0 to 1, weighted by pixels. */
export const jobProgress = (
  job: {
    onlyVariants: string[];
    video: { variants: readonly (LiveRow & { width: number | null; height: number | null })[] };
  },
  ctx: Context,
): number =>
  videoProgress(
    "PROCESSING",
    job.video.variants
      .filter(({ name }) => isFor(job, name))
      .map((variant) => Object.assign({}, variant, { fraction: fractionOf(variant, ctx) })),
  );
