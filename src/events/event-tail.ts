import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { listen } from "../listen.ts";
import { createGrowth, type Growth } from "./growth.ts";
import { sequenceEvents } from "./sequence-events.ts";

const pollMs = 1_000;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** The end of the logs that somebody follows in this process: sequences what was written, and tells how far each log goes. */
export interface EventTail extends AsyncDisposable {
  /** Keeps an eye on a workspace's log until disposed. */
  watch(workspaceId: string): Pick<Growth, "beyond"> & Disposable;
}

/**
 * One look serves all followers of this process, however many they are: they keep nothing but their place, and are told that there is
 * something to read. Woken by NOTIFY; looks at all followed logs every second besides, so a lost notification costs a second. An outage
 * of the database is waited for.
 */
export async function startEventTail(options: {
  db: PrismaClient;
  databaseUrl: string;
  log: Logger;
}): Promise<EventTail> {
  const { db, databaseUrl, log } = options;
  const followed = new Map<string, { growth: Growth; watches: number }>();
  /** Logs that may have grown since they were looked at. */
  const dirty = new Set<string>();
  const stopped = new AbortController();
  let wake: () => void = () => undefined;

  function mark(workspaceIds: Iterable<string>): void {
    for (const workspaceId of workspaceIds) if (followed.has(workspaceId)) dirty.add(workspaceId);
    if (dirty.size > 0) wake();
  }
  const markAll = () => mark(followed.keys());

  async function look(): Promise<void> {
    const workspaceIds = [...dirty];
    dirty.clear();
    try {
      await sequenceEvents(db);
      const rows = await db.$queryRaw<{ workspaceId: string; newest: bigint | null }[]>`
        SELECT w::text AS "workspaceId", (SELECT max(position) FROM events WHERE workspace_id = w) AS newest
        FROM unnest(${workspaceIds}::uuid[]) AS w`;
      for (const { workspaceId, newest } of rows) followed.get(workspaceId)?.growth.reach(newest ?? 0n);
    } catch (error) {
      mark(workspaceIds);
      throw error;
    }
  }

  async function run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!stopped.signal.aborted) {
      // Set before looking, so that a wake-up during the look is not missed.
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        if (dirty.size > 0) await look();
        retryMs = firstRetryMs;
        if (dirty.size === 0 && !(await within(pollMs, woken))) markAll();
      } catch (error) {
        log.warn({ err: error, retryMs }, "events.not-sequenced");
        await delay(retryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }

  const listener = await listen({
    databaseUrl,
    channel: "reelay_events",
    log,
    heard: (workspaceId) => mark([workspaceId]),
    resync: markAll,
  });
  const running = run();

  return {
    watch(workspaceId) {
      const known = followed.get(workspaceId) ?? { growth: createGrowth(), watches: 0 };
      known.watches += 1;
      followed.set(workspaceId, known);
      mark([workspaceId]);
      return {
        beyond: (position, signal) => known.growth.beyond(position, signal),
        [Symbol.dispose]() {
          known.watches -= 1;
          if (known.watches === 0) followed.delete(workspaceId);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      wake();
      await listener[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** Whether the promise resolved within `ms`. */
async function within(ms: number, promise: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
