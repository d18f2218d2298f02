import { dependsOnSettings, Profile, Requirements, requirementsOf } from "@reelay/contracts";
import { activeTraceParent } from "@reelay/telemetry";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { firstTaskOf, type TaskKind, wireKindOf } from "../database/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { readActiveJobs, withinActiveJobs } from "../quotas/index.ts";
import { choosePool, readOffers, readPool } from "../workers/index.ts";
import type { PlannedTask } from "./create-rest-tasks.ts";
import { createRestTasks } from "./create-rest-tasks.ts";
import { enqueueTasks } from "./enqueue-task.ts";
import { jobMayBecome } from "./may-become.ts";

interface NewJob {
  id: string;
  kind: string;
  /** Kind of its first task. Default: that of its kind. */
  firstTask?: TaskKind;
  /** Renditions of a finished video to make again. */
  repairs?: string[];
  /** The edition that it renders. */
  editionId?: string;
  workspaceId: string;
  videoId: string;
  profile: Profile;
  priority: JobPriority;
  /**
   * Whether its source is stored or can be downloaded: then it is queued immediately, else pending until
   * `releaseJob`.
   */
  isReady: boolean;
  retryOfId?: string;
  /** Names of the variants to render. Default: all. */
  onlyVariants?: string[];
  /** For a job that continues an earlier one: that job's plan, and its remaining tasks. */
  left?: { plan: Prisma.InputJsonObject | null; needsHead: boolean; rest: readonly PlannedTask[] };
}

/**
 * Writes a job with its task and event. Throws `QuotaExceededError` if the workspace has reached its limit of
 * active jobs.
 */
export async function createJob(
  tx: Tx,
  { isReady, retryOfId, left, firstTask, ...job }: NewJob,
  { now, maxActiveJobs }: { now: Date; maxActiveJobs: number | null },
): Promise<void> {
  const { id: jobId, workspaceId, videoId, priority } = job;
  await withinActiveJobs(tx, { workspaceId, now, maxActiveJobs }, async (room) => {
    const { limit, used } = await readActiveJobs(tx, workspaceId, maxActiveJobs);
    if (limit !== null && used + room > limit) return false;
    const taskKind = firstTask ?? firstTaskOf(job.kind);
    const wireKind = wireKindOf(taskKind);
    const settings = dependsOnSettings(wireKind) ? await readSettings(tx, job) : null;
    const requirements = requirementsOf(wireKind, job.profile, settings);
    const queue = { workspaceId, priority, requirements, pool: await readPool(tx, requirements, now) };
    const queued = { status: isReady ? "QUEUED" : "PENDING", queuedAt: isReady ? now : null } as const;
    await tx.job.create({
      data: {
        ...job,
        ...queued,
        retryOfId: retryOfId ?? null,
        createdAt: now,
        traceParent: activeTraceParent(),
        ...(left?.plan && { plan: left.plan }),
        tasks: {
          create:
            (left?.needsHead ?? true)
              ? [{ ...queued, ...queue, dueAt: queued.queuedAt, kind: taskKind, availableAt: now }]
              : [],
        },
      },
    });
    const { pool } = queue;
    if (left) await createRestTasks(tx, { job: { ...job, ...queued }, pool, tasks: left.rest, now });
    return true;
  });
  await recordChange(tx, { workspaceId, videoId, jobId }, [{ type: isReady ? "job.queued" : "job.created" }]);
}

/** How the source of a job, or of its edition, is drawn. */
async function readSettings(
  tx: Tx,
  { videoId, editionId }: Pick<NewJob, "videoId" | "editionId">,
): Promise<unknown> {
  const select = { params: true } as const;
  const found =
    editionId === undefined
      ? await tx.source.findUnique({ where: { videoId }, select })
      : await tx.edition.findUnique({ where: { id: editionId }, select });
  return found?.params;
}

/** Queues a pending job whose source has arrived. */
export async function releaseJob(
  tx: Tx,
  job: { id: string; workspaceId: string; videoId: string },
  now: Date,
): Promise<void> {
  await tx.job.update({
    where: { id: job.id, status: jobMayBecome("QUEUED") },
    data: { status: "QUEUED", queuedAt: now },
  });
  const tasks = await tx.task.findMany({
    where: { jobId: job.id, status: "PENDING" },
    select: { id: true, requirements: true },
  });
  const offers = await readOffers(tx, now);
  for (const { id, requirements } of tasks) {
    // Chosen when it was created; workers have come and gone during the upload.
    await tx.task.update({
      where: { id },
      data: { pool: choosePool(Requirements.parse(requirements), offers) },
    });
  }
  await enqueueTasks(
    tx,
    tasks.map(({ id }) => id),
    { now },
  );
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.queued" }]);
}
