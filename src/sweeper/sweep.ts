import type { Messaging } from "@reelay/messaging";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../deps.ts";
import { sendTaskAgain } from "../jobs/enqueue-task.ts";
import { settleJob } from "../jobs/settle-job.ts";
import { endAttempt, transactionOptions } from "../projector/index.ts";
import { receiveSource } from "../videos/index.ts";
import { lockVideo } from "../videos/own-video.ts";
import { refreshManifest } from "../videos/refresh-manifest.ts";

export type SweeperDeps = Omit<OperationDeps, "live"> & { messaging: Messaging };

/** How long a queued task's message may be on its way before it is sent again. */
const resendAfterMs = 60_000;
/** How long a worker that was told to cancel may take. */
const cancelGraceMs = 15_000;
const day = 86_400_000;

/** Everything that time brings about; each finding is settled in a transaction of its own, so any number of processes may sweep. */
export async function sweep(deps: SweeperDeps): Promise<void> {
  await takeBackAttempts(deps);
  await sendAgain(deps, new Date(deps.clock().getTime() - resendAfterMs));
  await settleUploads(deps);
  await forget(deps.db, deps.clock());
}

/** Attempts that were not heard of for their lease are LOST; those that were to be canceled and do not answer are CANCELED. */
async function takeBackAttempts({ db, store, clock, log }: SweeperDeps): Promise<void> {
  const now = clock();
  const overdue = await db.attempt.findMany({
    where: {
      outcome: null,
      OR: [
        { leaseUntil: { lt: now } },
        { task: { job: { cancelRequestedAt: { lt: new Date(now.getTime() - cancelGraceMs) } } } },
      ],
    },
    select: { id: true, task: { select: { job: { select: { videoId: true } } } } },
    take: 100,
  });
  for (const { id, task } of overdue) {
    const { videoId } = task.job;
    await db.$transaction(async (tx) => {
      if (!(await lockVideo(tx, videoId))) return;
      const include = { task: { include: { job: true } } } as const;
      const attempt = await tx.attempt.findUnique({ where: { id }, include });
      // Its report may have come while the lock was awaited.
      if (!attempt || attempt.outcome !== null) return;
      const isCanceled = attempt.task.job.cancelRequestedAt !== null;
      if (!isCanceled && attempt.leaseUntil >= now) return;
      await endAttempt(tx, attempt, isCanceled ? "CANCELED" : "LOST", now);
      await refreshManifest(tx, store, videoId);
      log.warn({ videoId, attemptId: id, workerId: attempt.workerId }, "attempt.taken-back");
    }, transactionOptions);
  }
}

/** Queued tasks whose message went out before `sentBefore` and that nobody has taken: the broker may have lost it. */
export async function sendAgain({ db, clock, log }: SweeperDeps, sentBefore: Date): Promise<void> {
  const waiting = await db.task.findMany({
    where: { status: "QUEUED", publishedAt: { lt: sentBefore } },
    select: { id: true },
    orderBy: { publishedAt: "asc" },
    take: 500,
  });
  for (const { id } of waiting) {
    await db.$transaction(async (tx) => {
      // Two sweepers: the second finds the row changed.
      const { count } = await tx.task.updateMany({
        where: { id, status: "QUEUED", publishedAt: { lt: sentBefore } },
        data: { publishedAt: null },
      });
      if (count === 0) return;
      await sendTaskAgain(tx, id, clock());
      log.info({ taskId: id }, "task.sent-again");
    });
  }
}

/** Uploads that went straight to the store are noticed here; those that never came are given up. */
async function settleUploads(deps: SweeperDeps): Promise<void> {
  const { db, store, clock, log } = deps;
  const awaited = await db.source.findMany({
    where: { kind: "UPLOAD", receivedAt: null, video: { status: "AWAITING_SOURCE" } },
    orderBy: { uploadExpiresAt: "asc" },
    take: 500,
  });
  const now = clock();
  for (const { videoId, uploadProtocol, objectKey, sizeBytes, uploadExpiresAt } of awaited) {
    if (uploadProtocol === "GCS_RESUMABLE") {
      const object = await store.head(objectKey);
      if (object && BigInt(object.sizeBytes) === sizeBytes) {
        await receiveSource(deps, videoId);
        continue;
      }
    }
    if (uploadExpiresAt !== null && uploadExpiresAt < now) {
      await expireUpload(deps, videoId, now);
      await deps.uploads.remove(videoId);
      log.info({ videoId }, "upload.expired");
    }
  }
}

async function expireUpload({ db, store }: SweeperDeps, videoId: string, now: Date): Promise<void> {
  await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return;
    const source = await tx.source.findUniqueOrThrow({ where: { videoId } });
    const job = await tx.job.findFirst({ where: { videoId, status: "PENDING" } });
    if (source.receivedAt !== null || job === null) return;
    const error = {
      code: "UPLOAD_EXPIRED",
      message:
        "The source was not uploaded before its address expired; create the video anew and send it then.",
      scope: "INPUT" as const,
    };
    await settleJob(tx, job, { status: "FAILED", error }, now);
    await refreshManifest(tx, store, videoId);
  }, transactionOptions);
}

/** Rows that nobody asks for any more: workers a day after their last word, idempotency keys after two days. */
async function forget(db: PrismaClient, now: Date): Promise<void> {
  await db.worker.deleteMany({ where: { lastSeenAt: { lt: new Date(now.getTime() - day) } } });
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(now.getTime() - 2 * day) } } });
}
