import { type DrawingParams, RenditionPart } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { asksForStoryboard } from "../render/index.ts";
import { downloadNameOf, isKept, toVideoParams } from "../video-params.ts";
import { readEditionParts } from "./edition-parts.ts";
import { readKnownChunks, type SimilarSources } from "./known-chunks.ts";

/**
 * Parameters of the task that draws a video: every variant that is not kept, in one pass, after the last
 * chunk that earlier attempts have finished for all of them.
 */
export async function toDrawingParams(
  tx: Tx,
  task: TaskWithAll,
  similar: SimilarSources,
): Promise<DrawingParams> {
  const { job } = task;
  const params = toVideoParams(task);
  const parts = await readChunks(tx, task);
  const known = await readKnownChunks(tx, task, similar);
  return {
    ...params,
    keep: { ...params.keep, ...(parts.length > 0 && { parts }) },
    ...(known.length > 0 && { known }),
    ...(job.onlyVariants.length > 0 && { only: job.onlyVariants }),
    ...(asksForStoryboard(task) && { storyboard: true }),
    ...downloadNameOf(params.profile),
  };
}

/** Finished chunks of the variants that the task makes. A repair makes them all again. */
async function readChunks(tx: Tx, { job }: TaskWithAll): Promise<RenditionPart[]> {
  if (job.editionId !== null) return await readEditionParts(tx, job.editionId);
  const unfinished = job.video.variants.filter(
    (variant) => !isKept(job, variant) && !job.repairs.includes(variant.name),
  );
  const rows = await tx.part.findMany({
    where: { videoId: job.videoId, isComplete: true, rendition: { in: unfinished.map(({ name }) => name) } },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });
  return rows.map((row) => RenditionPart.parse(row));
}
