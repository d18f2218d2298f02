import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { lockVideo } from "../auth/index.ts";
import { storeTransaction } from "../database/index.ts";
import { settleJob } from "../jobs/index.ts";
import { refreshManifest } from "../streaming/index.ts";
import { readWorkerMemory, tooLarge } from "../workers/index.ts";

/** Time that tasks wait for a worker with enough memory, which may be restarting, in milliseconds. */
const PATIENCE_MS = 60_000;

interface Deps {
  db: PrismaClient;
  store: ObjectStore;
  clock: () => Date;
}

/** Ends jobs whose task was handed back for lack of memory if no worker may have enough. */
export async function failTooLarge({ db, store, clock }: Deps): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - PATIENCE_MS);
  const waiting = await db.$queryRaw<Array<{ id: string; pool: Pool; needs: number; videoId: string }>>`
    SELECT t.id, t.pool, (t.requirements->>'memoryBytes')::float8 AS needs, j.video_id AS "videoId"
    FROM tasks t JOIN jobs j ON j.id = t.job_id
    WHERE t.status = 'QUEUED' AND t.requirements ? 'memoryBytes' AND t.available_at < ${before} LIMIT 100`;
  for (const { id, pool, needs, videoId } of waiting) {
    const workers = await readWorkerMemory(db, pool, now);
    // Without any worker the job waits, which is reported elsewhere.
    if (workers.largestBytes === null || workers.mayHave(needs)) continue;
    await db.$transaction(async (tx) => {
      if (!(await lockVideo(tx, videoId))) return;
      const task = await tx.task.findUnique({ where: { id }, include: { job: true } });
      if (task?.status !== "QUEUED") return;
      const error = tooLarge(needs, workers.largestBytes);
      await settleJob(tx, task.job, { status: "FAILED", error }, now);
      await refreshManifest(tx, store, videoId);
    }, storeTransaction);
  }
}
