import { setTimeout as delay } from "node:timers/promises";
import { atMost, type Figure, told } from "../checks/figure.ts";
import { withDatabase } from "../database.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

/** From the end of the outage to normal flow. */
const limitSeconds = 15;

/**
 * The broker is killed and stays away, while videos go on coming in; then it is back, empty. Figures: how long until a waiting task is
 * taken, and until a viewer is told of progress.
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
      // Sources that arrive at once: what is timed is the way of messages.
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
  print(`broker started again; ${during} videos were accepted without it`);

  const limits = { timeoutMs: 120_000, signal, everyMs: 100 };
  const since = () => (performance.now() - backAtMonotonic) / 1_000;
  const isTaken = () =>
    withDatabase(system.postgres.url, async (db) => {
      const { rows } = await db.query("SELECT id FROM attempts WHERE started_at > $1 LIMIT 1", [backAt]);
      return rows.length > 0;
    });
  await until(isTaken, "a task is taken", limits).catch(() => undefined);
  const takenSeconds = since();
  const isWatched = async () =>
    [...watchers.seen.values()].some(({ movedAt }) => movedAt > backAtMonotonic + 1);
  await until(isWatched, "a viewer is told of progress", limits).catch(() => undefined);
  const watchedSeconds = since();
  return [
    told("videos accepted while the broker was away", during),
    told("seconds from the end of the outage to a task taken", takenSeconds),
    told("seconds from the end of the outage to progress at a viewer", watchedSeconds),
    atMost(
      "seconds from the end of the outage to normal flow",
      Math.max(takenSeconds, watchedSeconds),
      limitSeconds,
    ),
  ];
}
