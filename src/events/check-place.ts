import { InvalidInputError } from "../errors.ts";
import type { EventPlace } from "./event-codec.ts";

/** What the log knows of a place that somebody wants to go on from. */
export interface LogAtPlace {
  /** Position of the newest event that was deleted for its age; 0 while all are kept. */
  forgotten: bigint;
  /** When the event at the place's position happened; null when there is none in this workspace. */
  atThere: Date | null;
}

/**
 * A reader may go on from a place if nothing behind it is missing: no event after it was deleted, and the event that it names is still the
 * same. Throws `InvalidInputError`: `CURSOR_EXPIRED` where events were deleted; `CURSOR_UNKNOWN` where the log has no such place, because
 * it was restored from a backup older than the cursor, or because the cursor is another workspace's.
 */
export function checkPlace(place: EventPlace, { forgotten, atThere }: LogAtPlace): void {
  // The log's beginning, or what it was when the last one was deleted: there is nothing to compare with, and nothing missing.
  if (place.position === forgotten) return;
  if (place.position < forgotten) {
    throw new InvalidInputError(
      "CURSOR_EXPIRED",
      "after",
      'after: events behind this cursor were deleted for their age, so going on from it would skip some. Read the present state of what you follow, then go on from a new cursor: `changes(after: "now")`.',
    );
  }
  if (atThere?.getTime() === place.atMs) return;
  throw new InvalidInputError(
    "CURSOR_UNKNOWN",
    "after",
    'after: this workspace\'s log has no such place. The cursor is of another workspace, or the log was restored from a backup that is older than it. Read the present state of what you follow, then go on from a new cursor: `changes(after: "now")`.',
  );
}
