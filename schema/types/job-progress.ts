import { isFor } from "../../src/jobs/index.ts";
import { liveFraction } from "../../src/progress/index.ts";
import { videoProgress } from "../../src/videos/index.ts";
import { createBatch } from "../batch.ts";
import { fractionOf, liveColumns } from "./variant.ts";

/**
 * Combined progress of a job's variants, 0 to 1, weighted by pixels. A batch of its own: as a relation, it
 * would be looked up once per task.
 */
export const jobProgress = createBatch(async (ctx, jobIds) => {
  const jobs = await ctx.db.job.findMany({
    where: { id: { in: [...jobIds] } },
    select: {
      id: true,
      onlyVariants: true,
      video: { select: { variants: { select: { ...liveColumns, width: true, height: true } } } },
    },
  });
  return new Map(
    jobs.map((job) => {
      const variants = job.video.variants.filter(({ name }) => isFor(job, name));
      const live = variants.map((variant) =>
        Object.assign({}, variant, { fraction: fractionOf(variant, ctx) }),
      );
      return [job.id, videoProgress("PROCESSING", live)];
    }),
  );
});

/** Progress of a job that renders an edition, 0 to 1: as reported, or as stored for a job that has ended. */
export const editionProgress = createBatch(async ({ db, live }, jobIds) => {
  const tasks = await db.task.findMany({
    where: { jobId: { in: [...jobIds] } },
    select: {
      ...{ jobId: true, progress: true, job: { select: { videoId: true } } },
      attempts: { where: { outcome: null }, select: { id: true } },
    },
  });
  return new Map(
    tasks.map(({ jobId, progress, job, attempts }) => [
      jobId,
      liveFraction(progress, (name) =>
        attempts.flatMap(({ id }) => live.variant(job.videoId, id, name)?.fraction ?? []),
      ),
    ]),
  );
});
