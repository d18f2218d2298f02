import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import { recordChange } from "../events/index.ts";
import { DEFAULT_GPU_PATIENCE_MS } from "../jobs/index.ts";
import { aliveSince } from "../workers/index.ts";

interface MoveDeps {
  db: PrismaClient;
  clock: () => Date;
  log: Logger;
  limits: { gpuPatienceMs?: number };
}

interface Moved {
  taskId: string;
  jobId: string;
  workspaceId: string;
  videoId: string;
  hasWorker: boolean;
  hasWaited: boolean;
}

/** Tasks per transaction, which limits its locks. The next sweep continues. */
const MOST_AT_ONCE = 100;

/**
 * Moves tasks of the pool `GPU` that do not require one and that no worker started in time to the pool `CPU`,
 * keeping their place in the queue:
 * immediately if no GPU worker is left, and a video's first task also if all GPU workers are busy and a CPU
 * worker is idle, because its viewers wait for the first picture. Only if a CPU worker is available and the
 * workspace's queue is not paused. A message still on its way to a GPU does no harm: the first worker to
 * lease the task gets it.
 *
 * One transaction per task, under the video's lock: of two sweepers with the same task, the second finds it
 * moved.
 */
export async function moveToCpu({ db, clock, log, limits }: MoveDeps): Promise<void> {
  const now = clock();
  const since = new Date(now.getTime() - (limits.gpuPatienceMs ?? DEFAULT_GPU_PATIENCE_MS));
  const alive = aliveSince(now);
  const due = await db.$queryRaw<Moved[]>`
    WITH living AS (
      SELECT pools, slots > (SELECT count(*) FROM attempts a WHERE a.worker_id = w.id AND a.outcome IS NULL) AS idle
      FROM workers w WHERE NOT is_stopping AND last_seen_at > ${alive}
    ), there AS (
      SELECT coalesce(bool_or('GPU' = ANY (pools)), false) AS gpu, coalesce(bool_or('GPU' = ANY (pools) AND idle), false) AS gpu_idle,
        coalesce(bool_or('CPU' = ANY (pools)), false) AS cpu, coalesce(bool_or('CPU' = ANY (pools) AND idle), false) AS cpu_idle
      FROM living
    ), waiting AS (
      SELECT t.id, t.job_id, t.workspace_id, t.queued_at, t.is_rest, greatest(t.queued_at, t.available_at) < ${since} AS waited
      FROM tasks t WHERE t.pool = 'GPU' AND t.status = 'QUEUED' AND t.available_at <= ${now}
        AND t.requirements->>'gpu' IS DISTINCT FROM 'REQUIRED'
    )
    SELECT t.id AS "taskId", t.job_id AS "jobId", t.workspace_id AS "workspaceId", j.video_id AS "videoId", there.gpu AS "hasWorker",
      t.waited AS "hasWaited"
    FROM waiting t JOIN jobs j ON j.id = t.job_id JOIN workspaces s ON s.id = t.workspace_id CROSS JOIN there
    WHERE s.paused_at IS NULL AND there.cpu
      AND (t.waited OR NOT there.gpu OR (NOT t.is_rest AND NOT there.gpu_idle AND there.cpu_idle))
    ORDER BY t.queued_at LIMIT ${MOST_AT_ONCE}`;
  for (const moved of due) await move(db, moved, log);
}

async function move(db: PrismaClient, moved: Moved, log: Logger): Promise<void> {
  const { taskId, jobId, workspaceId, videoId } = moved;
  const reason = whyMoved(moved);
  const isMoved = await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return false;
    const { count } = await tx.task.updateMany({
      where: { id: taskId, pool: "GPU", status: "QUEUED" },
      data: { pool: "CPU", dispatchedAt: null, publishedAt: null },
    });
    if (count === 0) return false;
    await recordChange(tx, { workspaceId, videoId, jobId }, [
      { type: "task.moved", data: { taskId, from: "GPU", to: "CPU", reason } },
    ]);
    return true;
  });
  if (isMoved) log.info({ taskId, jobId, videoId, from: "GPU", to: "CPU", reason }, "task.moved");
}

function whyMoved({ hasWorker, hasWaited }: Moved): string {
  if (!hasWorker) return "No worker with a GPU is available any more.";
  if (hasWaited) return "No worker with a GPU started it in time.";
  return "All workers with a GPU are busy, and a worker without one is free for the video's first pictures.";
}
