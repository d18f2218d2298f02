import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { ExpectedError } from "../errors/index.ts";
import { createEventCodec, type EventPlace, readEventKey } from "./event-codec.ts";
import type { Changes, EventLog, EventStart, EventsTarget } from "./event-log.ts";
import { startEventTail } from "./event-tail.ts";
import { ANSWER_MS, inTime } from "./in-time.ts";
import { type EventPage, type EventsRequest, type LoggedEvent, readEvents } from "./read-events.ts";
import { sequenceEvents } from "./sequence-events.ts";

/** Maximum number of events that a follower holds. */
const FOLLOW_SIZE = 100;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Starts the reading side of the log in an API process. Rejects if the database is unreachable; it survives
 * later outages.
 */
export async function createEventLog(options: {
  db: PrismaClient;
  /** For the connection that listens to changes. */
  databaseUrl: string;
  log: Logger;
  /** After which time without an answer followers ask the database again. Default 15 s. */
  answerMs?: number;
}): Promise<EventLog & AsyncDisposable> {
  const { db, log, answerMs = ANSWER_MS } = options;
  const codec = createEventCodec(await readEventKey(db));
  const tail = await startEventTail({ ...options, answerMs });
  const stopped = new AbortController();
  const reading = new Map<string, Promise<EventPage>>();
  let followers = 0;

  /** Followers that request the same page simultaneously, as at the end of a log, share one read. */
  function readShared(request: EventsRequest): Promise<EventPage> {
    const key = JSON.stringify(request, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    const known = reading.get(key);
    if (known !== undefined) return known;
    const page = inTime(readEvents(db, request), answerMs).finally(() => reading.delete(key));
    reading.set(key, page);
    return page;
  }

  async function changes({
    workspaceId,
    after,
    filter,
    size,
  }: EventsTarget & { size: number }): Promise<Changes> {
    if (after === "now") return { events: [], place: await newestPlace(workspaceId), hasMore: false };
    const request = { workspaceId, after: placeIn(after), filter, size };
    let page = await readEvents(db, request);
    // A truncated page is complete whatever comes after it.
    if (!page.isCut && page.hasUnsequenced) {
      await sequenceEvents(db);
      page = await readEvents(db, request);
    }
    return { events: page.events, place: page.place, hasMore: page.isCut || page.hasUnsequenced };
  }

  async function newestPlace(workspaceId: string): Promise<EventPlace> {
    await sequenceEvents(db);
    const types: string[] = [];
    // No event has no type, so the result is only the end of the log.
    return (await readEvents(db, { workspaceId, after: null, filter: { types }, size: 0 })).place;
  }

  /** After the start, only a permanent error ends it: an expired cursor. */
  async function readUntilThere(request: EventsRequest, signal: AbortSignal): Promise<EventPage | undefined> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        return await readShared(request);
      } catch (error) {
        if (error instanceof ExpectedError) throw error;
        const retryMs = Math.round(backoffMs(failures++, FIRST_RETRY_MS, LAST_RETRY_MS));
        log.warn({ err: error, workspaceId: request.workspaceId, retryMs }, "events.not-read");
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async function* followFrom(
    first: EventPage,
    { workspaceId, filter }: EventsTarget,
    signal: AbortSignal,
  ): AsyncGenerator<LoggedEvent, void> {
    followers += 1;
    try {
      using watch = tail.watch(workspaceId);
      let page: EventPage | undefined = first;
      while (page !== undefined) {
        yield* page.events;
        const { place, isCut }: EventPage = page;
        if (!isCut && !(await watch.beyond(place.position, signal))) return;
        page = await readUntilThere({ workspaceId, after: place, filter, size: FOLLOW_SIZE }, signal);
      }
    } finally {
      followers -= 1;
    }
  }

  return {
    codec,
    changes,
    async follow(target, signal) {
      const { workspaceId, filter } = target;
      const after = target.after === "now" ? await newestPlace(workspaceId) : placeIn(target.after);
      const first = await readShared({ workspaceId, after, filter, size: FOLLOW_SIZE });
      return followFrom(first, target, AbortSignal.any([signal, stopped.signal]));
    },
    followers: () => followers,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await tail[Symbol.asyncDispose]();
    },
  };
}

const placeIn = (start: Exclude<EventStart, "now">): EventPlace | null =>
  start === "beginning" ? null : start;
