import type { Client } from "pg";
import { leftoversOf } from "./checks/check-leftovers.ts";
import { orphansIn } from "./checks/check-store.ts";
import { whoMissedTheEnd } from "./checks/check-watchers.ts";
import { withDatabase } from "./database.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

interface Wait {
  what: string;
  check: (patience: AbortSignal) => Promise<boolean>;
  limitMs: number;
}

/** Three tries with their leases and backoffs come after one another, and canceled jobs are retried. */
const workMs = 180_000;
const restMs = 45_000;

function waitsOf({ system, load, watchers, readers }: Stage): Wait[] {
  const isEmpty = async (find: (db: Client) => Promise<unknown[]>) =>
    (await withDatabase(system.postgres.url, find)).length === 0;
  return [
    {
      what: "every request has been answered",
      check: () => load.finished().then(() => true),
      limitMs: workMs,
    },
    { what: "every job has ended", check: () => isEmpty(openJobs), limitMs: workMs },
    {
      what: "every subscriber knows the end",
      check: () => isEmpty((db) => whoMissedTheEnd(db, watchers)),
      limitMs: restMs,
    },
    {
      what: "no orphan is left in the store",
      check: () => isEmpty((db) => orphansIn(db, system.store.view)),
      limitMs: restMs,
    },
    {
      what: "no encoder and no temporary file is left",
      check: async () => Object.values(await leftoversOf(system)).every((left) => left.length === 0),
      limitMs: restMs,
    },
    {
      what: "every reader has caught up",
      check: async (patience) => {
        await Promise.all([...readers.values()].map((reader) => reader.caughtUp(patience)));
        return true;
      },
      limitMs: restMs,
    },
  ];
}

/**
 * Leaves the system in peace until everything has come to its end, within limits. Returns what was waited for in vain: the checks then say
 * what exactly is missing.
 */
export async function settle(
  stage: Stage,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<string[]> {
  const inVain: string[] = [];
  for (const wait of waitsOf(stage)) {
    const begun = performance.now();
    const isSo = await isSoInTime(wait, signal);
    signal.throwIfAborted();
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    print(`${isSo ? "" : "in vain: "}${wait.what} (${seconds} s)`);
    if (!isSo) inVain.push(wait.what);
  }
  return inVain;
}

async function isSoInTime({ what, check, limitMs }: Wait, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const late = new Promise<false>((resolve) => {
    patience.addEventListener("abort", () => resolve(false), { once: true });
  });
  const is = until(() => check(patience), what, { timeoutMs: limitMs, signal: patience }).then(
    () => true,
    () => false,
  );
  return await Promise.race([is, late]);
}

async function openJobs(db: Client): Promise<unknown[]> {
  const { rows } = await db.query(
    "SELECT id FROM jobs WHERE status NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED')",
  );
  return rows;
}
