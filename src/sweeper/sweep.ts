import type { Messaging } from "@reelay/messaging";
import { inSpan, traceFrom } from "@reelay/telemetry";
import type { PrismaClient, Source } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { sweepEditions } from "../editions/index.ts";
import { type HeldAttempt, removeSuperseded } from "../jobs/index.ts";
import { sweepMaterials } from "../materials/index.ts";
import { endAttempt } from "../projector/index.ts";
import { sweepChecks } from "../source-checks/index.ts";
import { refreshManifest } from "../streaming/index.ts";
import { failUpload, receiveSource, uploadExpired } from "../videos/index.ts";
import { failTooLarge } from "./fail-too-large.ts";
import { moveToCpu } from "./move-to-cpu.ts";
import { redispatchTasks } from "./redispatch-tasks.ts";

export type SweeperDeps = Omit<OperationDeps, "live"> & { messaging: Messaging };

/** Time for a worker to answer a cancel request. */
const CANCEL_GRACE_MS = 15_000;
const DAY = 86_400_000;

/**
 * Handles everything that is due. Each finding is settled in its own transaction, so any number of processes
 * may sweep.
 */
export async function sweep(deps: SweeperDeps, { isHealthy = true } = {}): Promise<void> {
  await reclaimLeases(deps, isHealthy);
  await redispatchTasks(deps);
  await moveToCpu(deps);
  await failTooLarge(deps);
  await settleUploads(deps);
  await sweepChecks(deps);
  await sweepMaterials(deps);
  await removeRetired(deps);
  await forget(deps.db, deps.clock());
}

/** A finding that cannot be settled now returns in the next sweep and holds up no other. */
async function settling({ log }: SweeperDeps, videoId: string, settle: () => Promise<void>): Promise<void> {
  await settle().catch((error: unknown) => log.warn({ err: error, videoId }, "sweep.not-settled"));
}

/**
 * Ends attempts whose worker sent no report during the lease as LOST, unless this process could not receive
 * reports; attempts that were to be canceled and do not answer end as CANCELED.
 */
async function reclaimLeases(deps: SweeperDeps, isHealthy: boolean): Promise<void> {
  const { db, clock } = deps;
  const now = clock();
  const overdue = await db.attempt.findMany({
    where: {
      outcome: null,
      OR: [
        ...(isHealthy ? [{ leaseUntil: { lt: now } }] : []),
        { task: { job: { cancelRequestedAt: { lt: new Date(now.getTime() - CANCEL_GRACE_MS) } } } },
      ],
    },
    select: { id: true, task: { select: { job: { select: { videoId: true } } } } },
    take: 100,
  });
  for (const { id, task } of overdue) {
    const { videoId } = task.job;
    await settling(deps, videoId, () => reclaim(deps, { attemptId: id, videoId, now }));
  }
}

async function reclaim(
  { db, store, log, metrics }: SweeperDeps,
  { attemptId, videoId, now }: { attemptId: string; videoId: string; now: Date },
): Promise<void> {
  const outcome = await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return null;
    const include = { task: { include: { job: true } } } as const;
    const attempt = await tx.attempt.findUnique({ where: { id: attemptId }, include });
    // Its report may have arrived while waiting for the lock.
    if (!attempt || attempt.outcome !== null) return null;
    const isCanceled = attempt.task.job.cancelRequestedAt !== null;
    if (!isCanceled && attempt.leaseUntil >= now) return null;
    const outcome = isCanceled ? "CANCELED" : "LOST";
    await inReclaimSpan(attempt, outcome, () => endAttempt(tx, attempt, outcome, now));
    await refreshManifest(tx, store, videoId);
    const { workerId, taskId, task } = attempt;
    log.warn({ videoId, jobId: task.jobId, taskId, attemptId, workerId, outcome }, "attempt.reclaimed");
    return outcome;
  }, storeTransaction);
  if (outcome !== null) {
    metrics?.leaseReclaimed();
    metrics?.attemptEnded(outcome);
  }
  await removeSuperseded({ db, store, log }, videoId);
}

/** Detects uploads that went directly to the store, and expires those that never arrived. */
async function settleUploads(deps: SweeperDeps): Promise<void> {
  const { db, clock } = deps;
  const awaited = await db.source.findMany({
    where: {
      kind: "UPLOAD",
      receivedAt: null,
      uploadUrl: { not: null },
      video: { status: { not: "FAILED" } },
    },
    orderBy: { uploadExpiresAt: "asc" },
    take: 500,
  });
  const now = clock();
  for (const source of awaited) {
    await settling(deps, source.videoId, () => settleUpload(deps, source, now));
  }
}

async function settleUpload(deps: SweeperDeps, source: Source, now: Date): Promise<void> {
  const { videoId, uploadProtocol, objectKey, sizeBytes, uploadExpiresAt } = source;
  if (uploadProtocol === "GCS_RESUMABLE") {
    const object = await deps.store.head(objectKey);
    if (object && BigInt(object.sizeBytes) === sizeBytes) return await receiveSource(deps, videoId);
  }
  if (uploadExpiresAt === null || uploadExpiresAt >= now) return;
  await failUpload(deps, videoId, uploadExpired);
  await deps.uploads.remove(videoId);
  deps.log.info({ videoId }, "upload.expired");
}

/** Deletes stale rows: workers a day after their last report, idempotency keys after two days. */
async function forget(db: PrismaClient, now: Date): Promise<void> {
  await db.worker.deleteMany({ where: { lastSeenAt: { lt: new Date(now.getTime() - DAY) } } });
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(now.getTime() - 2 * DAY) } } });
}

/**
 * A span in the job's trace for the end of an attempt whose own span never arrives, because its worker is
 * gone.
 */
function inReclaimSpan(attempt: HeldAttempt, outcome: string, work: () => Promise<void>): Promise<void> {
  const { job } = attempt.task;
  const attributes = {
    "reelay.video.id": job.videoId,
    "reelay.job.id": job.id,
    "reelay.task.id": attempt.taskId,
    "reelay.attempt.id": attempt.id,
    "reelay.worker.id": attempt.workerId,
    "reelay.attempt.outcome": outcome,
  };
  const parent = traceFrom({ traceparent: job.traceParent });
  return inSpan("reelay-api", "reclaim", { parent, attributes }, work);
}

const BATCH = 20;

/** Removes what repairs and editions replaced a while ago: by default a day, longer than a viewer watches. */
async function removeRetired(deps: SweeperDeps): Promise<void> {
  const { db, clock, limits } = deps;
  const before = new Date(clock().getTime() - (limits.replacedKeptMs ?? DAY));
  await sweepEditions(deps, before);
  const rows = await db.storedFolder.findMany({
    where: { retiredAt: { lt: before } },
    distinct: ["videoId"],
    select: { videoId: true },
    take: BATCH,
  });
  for (const { videoId } of rows) {
    await db.storedFolder.deleteMany({ where: { videoId, retiredAt: { lt: before } } });
    await removeSuperseded(deps, videoId);
  }
}
