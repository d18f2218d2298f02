import { activeJobStatuses } from "@reelay/contracts";
import type { Job, Task } from "../../../prisma/generated/client.ts";
import { wireKindOf } from "../../database/job-kinds.ts";
import type { Tx } from "../../events/record-change.ts";
import { createRestTasks } from "../../jobs/create-rest-tasks.ts";
import { canceled, settleJob } from "../../jobs/settle-job.ts";
import { missingDownload } from "../download/missing-download.ts";
import { previewAfter } from "../preview/preview-after.ts";

/**
 * A job whose last task is done has succeeded, unless its profile asks for a download of the result: that is
 * one more task. A job that was canceled does not begin its remaining tasks.
 */
export async function settleIfDone(tx: Tx, task: Task & { job: Job }, now: Date): Promise<void> {
  const { job, pool } = task;
  const open = await tx.task.count({ where: { jobId: job.id, status: { in: [...activeJobStatuses] } } });
  // A download is requested once, whatever its end.
  const download =
    open === 0 && wireKindOf(task.kind) === "TRANSCODE" ? await missingDownload(tx, job) : null;
  if (open === 0 && download === null) {
    await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
    return await previewAfter(tx, job, now);
  }
  if (job.cancelRequestedAt !== null) return await settleJob(tx, job, canceled, now);
  if (download === null) return;
  await createRestTasks(tx, { job, pool, tasks: [download], now });
}
