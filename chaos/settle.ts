import type { Client } from "pg";
import { leftoversOf } from "./checks/check-leftovers.ts";
import { orphansIn } from "./checks/check-store.ts";
import { whoMissedTheEnd } from "./checks/check-watchers.ts";
import { withDatabase } from "./database.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/**
 * Leaves the system in peace until everything has come to its end, for `timeoutMs` at most. Returns what was waited for in vain: the
 * checks then say what exactly is missing.
 */
export async function settle(
  stage: Stage,
  { timeoutMs, signal, print }: { timeoutMs: number; signal: AbortSignal; print: (line: string) => void },
): Promise<string[]> {
  const { system, load, watchers, readers } = stage;
  const deadline = performance.now() + timeoutMs;
  const db = <T>(use: (client: Client) => Promise<T>) => withDatabase(system.postgres.url, use);
  const waits: [string, (patience: AbortSignal) => Promise<boolean>][] = [
    ["every request has been answered", () => load.finished().then(() => true)],
    ["every job has ended", async () => (await db(openJobs)) === 0],
    [
      "every subscriber knows the end",
      async () => (await db((client) => whoMissedTheEnd(client, watchers))).length === 0,
    ],
    [
      "no orphan is left in the store",
      async () => (await db((client) => orphansIn(client, system.store.view))).length === 0,
    ],
    [
      "no encoder and no temporary file is left",
      async () => {
        const { encoders, files } = await leftoversOf(system);
        return encoders.length + files.length === 0;
      },
    ],
    [
      "every reader has caught up",
      async (patience) => {
        await Promise.all([...readers.values()].map((reader) => reader.caughtUp(patience)));
        return true;
      },
    ],
  ];
  const inVain: string[] = [];
  for (const [what, check] of waits) {
    const begun = performance.now();
    // Each gets what is left of the time, and a little in any case.
    const patienceMs = Math.round(Math.max(deadline - begun, 3_000));
    const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const late = new Promise<never>((_resolve, reject) => {
      patience.addEventListener("abort", () => reject(patience.reason as Error), { once: true });
    });
    try {
      await Promise.race([
        until(() => check(patience), what, { timeoutMs: patienceMs, signal: patience }),
        late,
      ]);
      print(`${what} (${((performance.now() - begun) / 1_000).toFixed(1)} s)`);
    } catch {
      signal.throwIfAborted();
      print(`in vain: ${what}`);
      inVain.push(what);
    }
  }
  return inVain;
}

async function openJobs(db: Client): Promise<number> {
  const { rows } = await db.query(
    "SELECT id FROM jobs WHERE status NOT IN ('SUCCEEDED', 'FAILED', 'CANCELED')",
  );
  return rows.length;
}
