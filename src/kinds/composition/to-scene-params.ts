import { type CompositionParams, RenditionPart, transcode } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { JobPlan } from "../render/index.ts";
import { countWorkers } from "./count-workers.ts";

/** How several workers draw a video: whether the first one may divide it, or what a task draws of it. */
export async function toSceneParams(
  tx: Tx,
  task: TaskWithAll,
  now: Date,
): Promise<Pick<CompositionParams, "workers" | "scenes">> {
  const { job, isRest } = task;
  const plan = JobPlan.nullable().parse(job.plan);
  if (plan?.scenes === undefined) {
    const isWhole = job.editionId === null && job.onlyVariants.length === 0 && job.repairs.length === 0;
    if (!isWhole || isRest) return {};
    const workers = await countWorkers(tx, task, now);
    return workers > 1 ? { workers } : {};
  }
  const { startMs, endMs: ownEndMs } = transcode.taskParams.parse(task.params);
  const endMs = isRest ? ownEndMs : plan.headEndMs;
  const { clips, chunks } = plan.scenes;
  const own = chunks.filter((chunk) => chunk.startMs >= startMs && (endMs === null || chunk.startMs < endMs));
  const { encoders } = plan;
  return { scenes: { clips, chunks: own, isFirst: !isRest, endMs, ...(encoders && { encoders }) } };
}

/** The finished parts that a task needs: those of its scenes, or for a storyboard those of one variant. */
export async function readSceneParts(
  tx: Tx,
  { job: { videoId, video } }: TaskWithAll,
  { chunks }: NonNullable<CompositionParams["scenes"]>,
): Promise<RenditionPart[]> {
  const ready = video.variants.filter(({ status }) => status === "READY");
  const [smallest] = ready.toSorted((a, b) => a.position - b.position);
  const where =
    chunks.length > 0
      ? {
          startMs: { in: chunks.map(({ startMs }) => startMs) },
          rendition: { in: video.variants.map(({ name }) => name) },
        }
      : { rendition: smallest?.name ?? "" };
  const rows = await tx.part.findMany({
    where: { videoId, isComplete: true, ...where },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });
  return rows.map((row) => RenditionPart.parse(row));
}
