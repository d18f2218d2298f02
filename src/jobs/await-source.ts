import type { AttemptOutcome } from "@reelay/contracts";
import type { Job, Task } from "../../prisma/generated/client.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { awaitVariants } from "./job-variants.ts";
import { jobMayBecome } from "./may-become.ts";

/**
 * Whether a task waits for the rest of its source after such an outcome: it started during the upload, and
 * has made the head, or could not. If its worker was lost or left midway, it is tried again like any other,
 * while it has tries left.
 */
export async function awaitsSource(
  tx: Tx,
  { task, outcome, hasTries }: { task: Task & { job: Job }; outcome: AttemptOutcome; hasTries: boolean },
): Promise<boolean> {
  const { videoId } = task.job;
  const source = await tx.source.findUnique({
    where: { videoId },
    select: { kind: true, receivedAt: true },
  });
  if (source?.kind !== "UPLOAD" || source.receivedAt !== null) return false;
  if (outcome === "LOST") return !hasTries;
  if (outcome !== "INTERRUPTED") return true;
  return (await tx.part.count({ where: { videoId, startMs: 0, isComplete: true } })) > 0;
}

/**
 * Makes a task and its job wait until the whole source is stored (`receiveSource`). Its attempts so far use
 * no tries.
 */
export async function awaitSource(tx: Tx, { id, job }: Task & { job: Job }): Promise<void> {
  const waits = { status: "PENDING", dispatchedAt: null, publishedAt: null, tries: 0 } as const;
  await tx.task.update({ where: { id, status: jobMayBecome("PENDING") }, data: waits });
  await awaitVariants(tx, job);
  await tx.job.update({
    where: { id: job.id, status: jobMayBecome("PENDING") },
    data: { status: "PENDING" },
  });
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.awaits-source" }]);
}
