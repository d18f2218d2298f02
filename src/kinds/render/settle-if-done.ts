import { activeJobStatuses, kindOf } from "@reelay/contracts";
import type { Job, Task } from "../../../prisma/generated/client.ts";
import { wireKindOf } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import { canceled, createRestTasks, settleJob } from "../../jobs/index.ts";
import { missingAssets, requestAssetsAfter } from "../asset-kinds.ts";

/**
 * A job whose last task is done has succeeded, unless its profile asks for assets made of the result: each is
 * one more task. A job that was canceled does not begin its remaining tasks.
 */
export async function settleIfDone(tx: Tx, task: Task & { job: Job }, now: Date): Promise<void> {
  const { job, pool } = task;
  const open = await tx.task.count({ where: { jobId: job.id, status: { in: [...activeJobStatuses] } } });
  // An asset is requested once, whatever its end.
  const makesVariants = kindOf(wireKindOf(task.kind))?.produces === "VARIANTS";
  const tasks = open === 0 && makesVariants ? await missingAssets(tx, job) : [];
  if (open === 0 && tasks.length === 0) {
    await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
    return await requestAssetsAfter(tx, job, now);
  }
  if (job.cancelRequestedAt !== null) return await settleJob(tx, job, canceled, now);
  if (tasks.length > 0) await createRestTasks(tx, { job, pool, tasks, now });
}
