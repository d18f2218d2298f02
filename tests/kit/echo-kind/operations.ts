import { randomUUID } from "node:crypto";
import type { PrismaClient } from "../../../prisma/generated/client.ts";
import { applyUnfinished } from "../../../src/jobs/apply-unfinished.ts";
import { completeTask } from "../../../src/jobs/end-attempt.ts";
import type { KindOperations } from "../../../src/jobs/kind-operations.ts";
import { settleJob } from "../../../src/jobs/settle-job.ts";
import { echo, echoNeeds } from "./definition.ts";

/** The API's operations: echoes a video's title into its metadata. */
export const echoOperations: KindOperations = {
  toParams: async (_tx, { job }) => ({ version: 1, text: job.video.title }),
  async apply({ tx, attempt, report, now }) {
    if (report.type !== "task.completed.v1") return await applyUnfinished(tx, attempt, report, now);
    const { job } = attempt.task;
    const { text = null } = echo.result.parse(report.result);
    await completeTask(tx, attempt, now);
    await tx.video.update({ where: { id: job.videoId }, data: { metadata: { echo: text } } });
    await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
    return "applied";
  },
  retry: () => Promise.reject(new Error("An echo is requested again, not retried.")),
};

/** Queues an echo of a video. Returns the job's id. */
export async function queueEcho(db: PrismaClient, videoId: string): Promise<string> {
  const { workspaceId, jobs } = await db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { jobs: { take: 1 } },
  });
  const id = randomUUID();
  const queued = { status: "QUEUED", queuedAt: new Date(), workspaceId, priority: "STANDARD" } as const;
  const place = { requirements: echoNeeds, pool: "CPU", availableAt: new Date(), dueAt: new Date() } as const;
  await db.job.create({
    data: {
      ...queued,
      id,
      videoId,
      kind: echo.name,
      profile: jobs[0]?.profile ?? {},
      tasks: { create: [{ ...queued, ...place, kind: echo.name }] },
    },
  });
  return id;
}
