import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { startWorkLoop } from "../database/index.ts";
import { inTime } from "./in-time.ts";
import { sequenceEvents } from "./sequence-events.ts";

/**
 * The end of the logs followed in this process: sequences new events and reports how far each log extends.
 */
interface EventTail extends AsyncDisposable {
  /** Watches a workspace's log until disposed. */
  watch(workspaceId: string): Pick<Growth, "beyond"> & Disposable;
}

/**
 * One query serves all followers of this process: a follower keeps only its place and is notified of new
 * events. Waits during an outage of the database.
 */
export async function startEventTail(options: {
  db: PrismaClient;
  databaseUrl: string;
  log: Logger;
  answerMs: number;
}): Promise<EventTail> {
  const { db, databaseUrl, log, answerMs } = options;
  const followed = new Map<string, { growth: Growth; watches: number }>();

  async function look(): Promise<boolean> {
    if (followed.size === 0) return false;
    await sequenceEvents(db, answerMs);
    const ends = db.$queryRaw<{ workspaceId: string; newest: bigint | null }[]>`
      SELECT w::text AS "workspaceId", (SELECT max(position) FROM events WHERE workspace_id = w) AS newest
      FROM unnest(${[...followed.keys()]}::uuid[]) AS w`;
    for (const { workspaceId, newest } of await inTime(ends, answerMs))
      followed.get(workspaceId)?.growth.reach(newest ?? 0n);
    return false;
  }

  const loop = await startWorkLoop({
    databaseUrl,
    channel: "reelay_events",
    log,
    work: look,
    isForUs: (workspaceId) => followed.has(workspaceId),
    onFailed: (error, retryMs) => log.warn({ err: error, retryMs }, "events.not-sequenced"),
  });

  return {
    watch(workspaceId) {
      const known = followed.get(workspaceId) ?? { growth: createGrowth(), watches: 0 };
      known.watches += 1;
      followed.set(workspaceId, known);
      loop.wake();
      return {
        beyond: (position, signal) => known.growth.beyond(position, signal),
        [Symbol.dispose]() {
          known.watches -= 1;
          if (known.watches === 0) followed.delete(workspaceId);
        },
      };
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}

/** The extent of one workspace's log as known to this process, and the readers that wait for more. */
interface Growth {
  /** Resolves to true when the log goes beyond the position, to false when the signal aborts. */
  beyond(position: bigint, signal: AbortSignal): Promise<boolean>;
  /** The log goes to here. */
  reach(position: bigint): void;
}

function createGrowth(): Growth {
  let newest = 0n;
  const waiting = new Set<() => void>();

  /** Resolves at the next change and removes its listeners. */
  async function change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tell = () => resolve();
    waiting.add(tell);
    signal.addEventListener("abort", tell);
    await promise;
    waiting.delete(tell);
    signal.removeEventListener("abort", tell);
  }

  return {
    async beyond(position, signal) {
      const hasGrown = () => newest > position || signal.aborted;
      while (!hasGrown()) await change(signal);
      return !signal.aborted;
    },
    reach(position) {
      if (position <= newest) return;
      newest = position;
      for (const tell of waiting) tell();
    },
  };
}
