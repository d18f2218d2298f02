import { Prisma, type Prisma as Sql } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import type { EventPlace } from "./event-codec.ts";

/** An event that has its place in the log. */
export interface LoggedEvent {
  id: bigint;
  position: bigint;
  workspaceId: string;
  /** Null: of the workspace, not of a video. */
  videoId: string | null;
  jobId: string | null;
  attemptId: string | null;
  type: string;
  data: Sql.JsonValue;
  at: Date;
}

export interface EventFilter {
  videoId?: string;
  /** Only these types. Default: all. */
  types?: readonly string[];
}

export interface EventsRequest {
  workspaceId: string;
  /** Events after this place; null: from the oldest stored one. */
  after: EventPlace | null;
  filter: EventFilter;
  size: number;
}

export interface EventPage {
  events: LoggedEvent[];
  /** Everything up to here is in this page or before it, or did not fit the filter. */
  place: EventPlace;
  /** The page is full and the log continues. */
  isCut: boolean;
  /** The workspace had events without a position when the log was read. */
  hasUnsequenced: boolean;
}

interface Head {
  forgotten: bigint;
  newestPosition: bigint | null;
  newestAt: Date | null;
  atThere: Date | null;
  hasUnsequenced: boolean;
}
type Row = Head & { [Key in keyof LoggedEvent]: LoggedEvent[Key] | null };

/**
 * One page of sequenced events in order, and the end of the log. A single statement sees one snapshot: events
 * that it misses come after `place`. Throws `InvalidInputError` (`CURSOR_EXPIRED`, `CURSOR_UNKNOWN`).
 */
export async function readEvents(db: Db, request: EventsRequest): Promise<EventPage> {
  const { workspaceId, after, filter, size } = request;
  const from = after?.position ?? 0n;
  const ofVideo =
    filter.videoId === undefined ? Prisma.empty : Prisma.sql`AND video_id = ${filter.videoId}::uuid`;
  const ofTypes =
    filter.types === undefined ? Prisma.empty : Prisma.sql`AND type = ANY (${[...filter.types]})`;
  const rows = await db.$queryRaw<Row[]>`
    SELECT w.forgotten_events AS forgotten, newest.position AS "newestPosition", newest.at AS "newestAt",
      (SELECT at FROM events WHERE workspace_id = w.id AND position = ${from}) AS "atThere",
      EXISTS (SELECT FROM events WHERE workspace_id = w.id AND position IS NULL) AS "hasUnsequenced",
      e.id, e.position, e.workspace_id AS "workspaceId", e.video_id AS "videoId", e.job_id AS "jobId",
      e.attempt_id AS "attemptId", e.type, e.data, e.at
    FROM workspaces w
    LEFT JOIN LATERAL (
      SELECT position, at FROM events WHERE workspace_id = w.id AND position IS NOT NULL ORDER BY position DESC LIMIT 1
    ) newest ON true
    LEFT JOIN LATERAL (
      SELECT * FROM events WHERE workspace_id = w.id AND position > ${from} ${ofVideo} ${ofTypes}
      ORDER BY position LIMIT ${size + 1}
    ) e ON true
    WHERE w.id = ${workspaceId}::uuid ORDER BY e.position`;
  const head = rows[0];
  if (head === undefined) throw new Error(`There is no workspace ${workspaceId}.`);
  if (after !== null) checkPlace(after, head);
  const found = rows.filter((row): row is Head & LoggedEvent => row.position !== null);
  const events = found.slice(0, size);
  const isCut = found.length > size;
  const last = events.at(-1);
  const place = isCut ? (last ? placeOf(last) : (after ?? beginningOf(head))) : endOf(head, after);
  return { events, place, isCut, hasUnsequenced: head.hasUnsequenced };
}

export const placeOf = ({ position, at }: Pick<LoggedEvent, "position" | "at">): EventPlace => ({
  position,
  atMs: at.getTime(),
});

const beginningOf = ({ forgotten }: Head): EventPlace => ({ position: forgotten, atMs: 0 });

/** After the newest event; if all are deleted, the reader's own place. */
function endOf(head: Head, after: EventPlace | null): EventPlace {
  if (head.newestPosition === null || head.newestAt === null) return after ?? beginningOf(head);
  return placeOf({ position: head.newestPosition, at: head.newestAt });
}

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
function checkPlace(place: EventPlace, { forgotten, atThere }: LogAtPlace): void {
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
