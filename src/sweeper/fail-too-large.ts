import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/own-video.ts";
import { storeTransaction } from "../database/db.ts";
import { settleJob } from "../jobs/settle-job.ts";
import { refreshManifest } from "../streaming/refresh-manifest.ts";
import { readWorkerMemory, tooLarge } from "../workers/memory.ts";

/** Time that tasks wait for a worker with enough memory, which may be restarting, in milliseconds. */
const patienceMs = 60_000;

interface Deps {
  db: PrismaClient;
  store: ObjectStore;
  clock: () => Date;
}

/** Ends jobs whose task was handed back for lack of memory if no worker may have enough. */
export async function failTooLarge({ db, store, clock }: Deps): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - patienceMs);
  const waiting = await db.task.findMany({
    where: { status: "QUEUED", needsMemoryBytes: { not: null }, availableAt: { lt: before } },
    select: { id: true, pool: true, needsMemoryBytes: true, job: { select: { videoId: true } } },
    take: 100,
  });
  for (const { id, pool, needsMemoryBytes, job } of waiting) {
    const needs = Number(needsMemoryBytes);
    const workers = await readWorkerMemory(db, pool, now);
    // Without any worker the job waits, which is reported elsewhere.
    if (workers.largestBytes === null || workers.mayHave(needs)) continue;
    await db.$transaction(async (tx) => {
      if (!(await lockVideo(tx, job.videoId))) return;
      const task = await tx.task.findUnique({ where: { id }, include: { job: true } });
      if (task?.status !== "QUEUED") return;
      const error = tooLarge(needs, workers.largestBytes);
      await settleJob(tx, task.job, { status: "FAILED", error }, now);
      await refreshManifest(tx, store, job.videoId);
    }, storeTransaction);
  }
}
