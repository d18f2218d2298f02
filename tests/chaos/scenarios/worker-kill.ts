import { setTimeout as delay } from "node:timers/promises";
import { atMost, type Figure, info, none } from "../checks/figure.ts";
import { withDatabase } from "../database.ts";
import type { Accepted } from "../load/submitter.ts";
import { rowId } from "../row-id.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

/** Time limit from a worker's SIGKILL until its task runs elsewhere, with default settings. */
const LIMIT_SECONDS = 45;
const NAME = "seconds from a worker's SIGKILL to its task running elsewhere";

interface AttemptRow {
  videoId: string;
  workerId: string;
  number: number;
  startedAt: Date;
}

/**
 * Half of the workers are busy with slow sources. They are killed at different moments between two heartbeats
 * and stay down. Figures: time until another worker runs each task.
 */
export async function killWorkers(
  stage: Stage,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<Figure[]> {
  const { system, load, clips } = stage;
  const busy = Math.floor(system.workers.length / 2);
  const limits = { timeoutMs: 60_000, signal };
  const videos: Accepted[] = [];
  while (videos.length < busy) {
    const video = await load.submit({ slowMs: 120_000, ...(clips[0] && { clip: clips[0] }) });
    if (video !== undefined) videos.push(video);
  }
  const ids = videos.map(({ videoId }) => rowId(videoId));
  const attempts = () => readAttempts(system.postgres.url, ids);
  await until(async () => (await attempts()).length === busy, "every task has a worker", limits);

  const killedAt = new Map<string, Date>();
  for (const { videoId, workerId } of await attempts()) {
    killedAt.set(videoId, new Date());
    print(`SIGKILL ${workerId}`);
    await system.workers.find(({ name }) => name === workerId)?.kill();
    await delay(1_700, undefined, { signal });
  }
  const seconds: number[] = [];
  const never: string[] = [];
  for (const id of ids) {
    const next = async () => (await attempts()).find((row) => row.videoId === id && row.number > 1);
    await until(async () => (await next()) !== undefined, `video ${id} runs elsewhere`, {
      timeoutMs: 2 * LIMIT_SECONDS * 1_000,
      signal,
    }).catch(() => undefined);
    const found = await next();
    if (found === undefined) never.push(id);
    else seconds.push((found.startedAt.getTime() - (killedAt.get(id)?.getTime() ?? 0)) / 1_000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  return [
    none("tasks of killed workers that never ran elsewhere", never),
    info(`${NAME} (least)`, sorted[0] ?? 0),
    info(`${NAME} (median)`, sorted[Math.floor(sorted.length / 2)] ?? 0),
    atMost(`${NAME} (most)`, sorted.at(-1) ?? Number.POSITIVE_INFINITY, LIMIT_SECONDS),
  ];
}

function readAttempts(url: string, videoIds: readonly string[]): Promise<AttemptRow[]> {
  return withDatabase(url, async (db) => {
    const { rows } = await db.query<AttemptRow>(
      `SELECT j.video_id::text AS "videoId", a.worker_id AS "workerId", a.number, a.started_at AS "startedAt"
       FROM attempts a JOIN tasks t ON t.id = a.task_id JOIN jobs j ON j.id = t.job_id
       WHERE j.video_id = ANY($1) ORDER BY a.started_at`,
      [videoIds],
    );
    return rows;
  });
}
