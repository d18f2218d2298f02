import { setTimeout as delay } from "node:timers/promises";
import { atMost, type Figure, info } from "../checks/figure.ts";
import { withDatabase } from "../database.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

/** Time limit from the end of the outage to normal flow. */
const LIMIT_SECONDS = 15;

/**
 * Kills the broker and keeps it down while videos continue to arrive, then starts it again without its state.
 * Figures: time until a waiting task starts, and until a viewer receives progress.
 */
export async function loseBroker(
  stage: Stage,
  options: { outageMs: number; signal: AbortSignal; print: (line: string) => void },
): Promise<Figure[]> {
  const { system, load, watchers } = stage;
  const { outageMs, signal, print } = options;
  const flow = async (ms: number) => {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      // Sources that arrive immediately: only the messages are timed.
      load.track(load.submit({ slowMs: 0 }));
      await delay(Math.min(3_000, ms), undefined, { signal });
    }
  };
  await flow(9_000);
  print("SIGKILL broker");
  await system.broker.kill();
  const acceptedBefore = load.result.accepted.length;
  await flow(outageMs);
  const during = load.result.accepted.length - acceptedBefore;
  const backAt = new Date();
  const backAtMonotonic = performance.now();
  await system.broker.start();
  print(`broker restarted; ${during} videos were accepted during the outage`);

  const limits = { timeoutMs: 120_000, signal, everyMs: 100 };
  const since = () => (performance.now() - backAtMonotonic) / 1_000;
  const isTaken = () =>
    withDatabase(system.postgres.url, async (db) => {
      const { rows } = await db.query("SELECT id FROM attempts WHERE started_at > $1 LIMIT 1", [backAt]);
      return rows.length > 0;
    });
  await until(isTaken, "a task has started", limits).catch(() => undefined);
  const takenSeconds = since();
  const isWatched = async () =>
    [...watchers.seen.values()].some(({ movedAt }) => movedAt > backAtMonotonic + 1);
  await until(isWatched, "a viewer has received progress", limits).catch(() => undefined);
  const watchedSeconds = since();
  return [
    info("videos accepted during the broker outage", during),
    info("seconds from the end of the outage to a started task", takenSeconds),
    info("seconds from the end of the outage to progress at a viewer", watchedSeconds),
    atMost(
      "seconds from the end of the outage to normal flow",
      Math.max(takenSeconds, watchedSeconds),
      LIMIT_SECONDS,
    ),
  ];
}
