import { activeJobStatuses, kindOf } from "@reelay/contracts";
import type { Job, Task } from "../../../prisma/generated/client.ts";
import { firstTaskOf, wireKindOf } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import { canceled, createRestTasks, type PlannedTask, settleJob } from "../../jobs/index.ts";
import { missingAssets, requestAssetsAfter } from "../asset-kinds.ts";
import { storyboardTask } from "./parts/plan-scene-tasks.ts";
import { JobPlan } from "./parts/plan-tasks.ts";

/**
 * A job whose last task is done has succeeded, unless its profile asks for assets made of the result: each is
 * one more task. A job that was canceled does not begin its remaining tasks.
 */
export async function settleIfDone(tx: Tx, task: Task & { job: Job }, now: Date): Promise<void> {
  const { job, pool } = task;
  const open = await tx.task.count({ where: { jobId: job.id, status: { in: [...activeJobStatuses] } } });
  // An asset is requested once, whatever its end.
  const makesVariants = kindOf(wireKindOf(task.kind))?.produces === "VARIANTS";
  const tasks =
    open === 0 && makesVariants
      ? [...(await missingStoryboard(tx, job)), ...(await missingAssets(tx, job))]
      : [];
  if (open === 0 && tasks.length === 0) {
    await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
    return await requestAssetsAfter(tx, job, now);
  }
  if (job.cancelRequestedAt !== null) return await settleJob(tx, job, canceled, now);
  if (tasks.length > 0) await createRestTasks(tx, { job, pool, tasks, now });
}

/** That of scenes is made of a finished variant, once, when all tasks together have drawn it. */
async function missingStoryboard(
  tx: Tx,
  { id: jobId, kind, videoId, plan, onlyVariants }: Job,
): Promise<PlannedTask[]> {
  if (JobPlan.nullable().parse(plan)?.scenes === undefined || onlyVariants.length > 0) return [];
  const { storyboard } = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    select: { storyboard: true },
  });
  if (storyboard !== null) return [];
  const made = await tx.task.count({
    where: { jobId, isRest: true, params: { path: ["endMs"], equals: 0 } },
  });
  return made === 0 ? [storyboardTask(firstTaskOf(kind))] : [];
}
