import { InvalidInputError } from "../errors.ts";
import type { EventPlace } from "./event-codec.ts";

/** What the log knows about a place from which a reader wants to continue. */
interface LogAtPlace {
  /** Position of the newest event deleted for its age; 0 while all are kept. */
  forgotten: bigint;
  /** Time of the event at the place's position; null if this workspace has none. */
  atThere: Date | null;
}

/**
 * A reader may continue from a place if no event after it was deleted and the event at the place is
 * unchanged. Throws `InvalidInputError`: `CURSOR_EXPIRED` if events were deleted; `CURSOR_UNKNOWN` if the log
 * has no such place, because it was restored from a backup older than the cursor, or because the cursor
 * belongs to another workspace.
 */
export function checkPlace(place: EventPlace, { forgotten, atThere }: LogAtPlace): void {
  // The log's beginning, or its beginning after the last deletion: there is nothing to compare, and nothing
  // is missing.
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
