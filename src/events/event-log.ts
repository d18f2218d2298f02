import type { EventCodec, EventPlace } from "./event-codec.ts";
import type { EventFilter, LoggedEvent } from "./read-events.ts";

/** Where a reader begins: behind a cursor, at the oldest event that is kept, or with what happens from now on. */
export type EventStart = EventPlace | "beginning" | "now";

export interface EventsTarget {
  workspaceId: string;
  after: EventStart;
  filter: EventFilter;
}

export interface Changes {
  events: LoggedEvent[];
  /** Where to go on: behind the last event of a page that was cut, else behind the newest of the log. */
  place: EventPlace;
  hasMore: boolean;
}

/** The ordered log of a workspace's state changes: each event once, in one order for all readers, none missing. */
export interface EventLog {
  /** For what clients see of places and ids. */
  readonly codec: EventCodec;
  /**
   * One page. When `hasMore` is false it reaches everything that was committed before the call. Throws `InvalidInputError`
   * (`CURSOR_EXPIRED`, `CURSOR_UNKNOWN`).
   */
  changes(target: EventsTarget & { size: number }): Promise<Changes>;
  /**
   * Everything behind the start, then what happens, until the signal aborts or the process stops. Reads on as fast as its consumer: a slow
   * one costs no memory. An outage of the database is waited for. Throws as `changes` does; later only if the consumer is so slow that what
   * it has not read yet is deleted for its age.
   */
  follow(target: EventsTarget, signal: AbortSignal): Promise<AsyncIterableIterator<LoggedEvent>>;
  /** Followers in this process. */
  followers(): number;
}
