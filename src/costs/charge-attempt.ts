import type { Attempt, Job, Task } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import { type CostLines, costOf, isFree, Rate, totalOf } from "../prices/index.ts";

type EndedAttempt = Attempt & {
  task: Pick<Task, "jobId" | "params"> & { job: Pick<Job, "workspaceId" | "videoId"> };
};

/**
 * Records what an ended attempt cost: by the prices of its start, with the resources of its last report. Of
 * an attempt without a report, the time until its lease ended counts. Returns micro-USD; null if its machine
 * has no price or costs nothing. Part of the transaction that ends it, once per attempt, so that nothing is
 * charged twice.
 */
export async function chargeAttempt(tx: Tx, attempt: EndedAttempt, now: Date): Promise<number | null> {
  const rate = attempt.rate === null ? null : Rate.parse(attempt.rate);
  if (rate === null || isFree(rate)) return null;
  const { id, task } = attempt;
  const end = Math.min(now.getTime(), attempt.leaseUntil.getTime());
  const lines = costOf(rate, {
    wallSeconds: attempt.wallSeconds ?? Math.max(0, end - attempt.startedAt.getTime()) / 1_000,
    cpuSeconds: attempt.cpuSeconds ?? 0,
    objects: rate.object === 0 ? 0 : await countObjects(tx, id),
    bytesRead: rate.egressGib === 0 ? 0 : await readBytes(tx, task),
  });
  const micros = totalOf(lines);
  await tx.attempt.update({ where: { id }, data: toColumns(lines) });
  await tx.job.update({ where: { id: task.jobId }, data: { spentMicros: { increment: micros } } });
  if (micros > 0)
    await tx.spendChange.create({ data: { workspaceId: task.job.workspaceId, at: now, micros } });
  return micros;
}

const toColumns = ({ computeMicros, objectsMicros, egressMicros }: CostLines) => ({
  computeMicros,
  objectsMicros,
  egressMicros,
});

async function countObjects(tx: Tx, attemptId: string): Promise<number> {
  const [row] = await tx.$queryRaw<[{ objects: number }]>`
    SELECT coalesce(sum(jsonb_array_length(files)), 0)::int AS objects FROM stored_folders WHERE attempt_id = ${attemptId}::uuid`;
  return row.objects;
}

/** Bytes of the stored source that a task reads: those of its part of the timeline, spread evenly. */
async function readBytes(tx: Tx, { params, job }: EndedAttempt["task"]): Promise<number> {
  const source = await tx.source.findUnique({
    where: { videoId: job.videoId },
    select: { kind: true, sizeBytes: true, video: { select: { durationMs: true } } },
  });
  if (source?.kind !== "UPLOAD" || source.sizeBytes === null) return 0;
  return Number(source.sizeBytes) * shareOf(params, source.video.durationMs);
}

function shareOf(params: unknown, durationMs: number | null): number {
  if (durationMs === null || durationMs === 0) return 1;
  const { startMs, endMs, headMs } = params as Partial<Record<"startMs" | "endMs" | "headMs", number | null>>;
  const length = (endMs ?? headMs ?? durationMs) - (startMs ?? 0);
  return Math.min(1, Math.max(0, length / durationMs));
}
