import type { EventCodec, EventPlace } from "./event-codec.ts";
import type { EventFilter, LoggedEvent } from "./read-events.ts";

/** Start of a reader: after a cursor, at the oldest stored event, or with new events only. */
export type EventStart = EventPlace | "beginning" | "now";

export interface EventsTarget {
  workspaceId: string;
  after: EventStart;
  filter: EventFilter;
}

export interface Changes {
  events: LoggedEvent[];
  /** Where to continue: after the last event of a truncated page, otherwise after the newest of the log. */
  place: EventPlace;
  hasMore: boolean;
}

/**
 * The ordered log of a workspace's state changes: each event once, in the same order for all readers, none
 * missing.
 */
export interface EventLog {
  /** Encodes places and ids for clients. */
  readonly codec: EventCodec;
  /**
   * One page. If `hasMore` is false, it includes everything committed before the call. Throws
   * `InvalidInputError` (`CURSOR_EXPIRED`, `CURSOR_UNKNOWN`).
   */
  changes(target: EventsTarget & { size: number }): Promise<Changes>;
  /**
   * Every event after the start, then live events, until the signal aborts or the process stops. Reads at its
   * consumer's pace: a slow one costs no memory. Waits during an outage of the database. Throws as `changes`
   * does; later only if the consumer is so slow that unread events are deleted for their age.
   */
  follow(target: EventsTarget, signal: AbortSignal): Promise<AsyncIterableIterator<LoggedEvent>>;
  /** Followers in this process. */
  followers(): number;
}
