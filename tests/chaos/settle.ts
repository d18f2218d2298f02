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

/** Three tries with their leases and backoffs run one after the other, and canceled jobs are retried. */
const WORK_MS = 240_000;
const REST_MS = 90_000;

function waitsOf({ system, load, watchers, readers }: Stage): Wait[] {
  const isEmpty = async (find: (db: Client) => Promise<unknown[]>) =>
    (await withDatabase(system.postgres.url, find)).length === 0;
  return [
    {
      what: "every request has been answered",
      check: () => load.finished().then(() => true),
      limitMs: WORK_MS,
    },
    { what: "every job has ended", check: () => isEmpty(openJobs), limitMs: WORK_MS },
    {
      what: "every subscriber has received the final state",
      check: () => isEmpty((db) => whoMissedTheEnd(db, watchers)),
      limitMs: REST_MS,
    },
    {
      what: "the store has no orphans",
      check: () => isEmpty((db) => orphansIn(db, system.store.view)),
      limitMs: REST_MS,
    },
    {
      what: "no encoders and no temporary files are left",
      check: async () => Object.values(await leftoversOf(system)).every((left) => left.length === 0),
      limitMs: REST_MS,
    },
    {
      what: "every reader has caught up",
      check: async (patience) => {
        await Promise.all([...readers.values()].map((reader) => reader.caughtUp(patience)));
        return true;
      },
      limitMs: REST_MS,
    },
  ];
}

/**
 * Leaves the system undisturbed until all work has ended, within limits. Returns the conditions that were not
 * reached; the checks then show the details.
 */
export async function settle(
  stage: Stage,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<string[]> {
  const unmet: string[] = [];
  for (const wait of waitsOf(stage)) {
    const begun = performance.now();
    const isMet = await isMetInTime(wait, signal);
    signal.throwIfAborted();
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    print(`${isMet ? "" : "not reached: "}${wait.what} (${seconds} s)`);
    if (!isMet) unmet.push(wait.what);
  }
  return unmet;
}

async function isMetInTime({ what, check, limitMs }: Wait, signal: AbortSignal): Promise<boolean> {
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
