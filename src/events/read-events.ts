import type { Prisma as Sql } from "../../prisma/generated/client.ts";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../database/db.ts";
import { checkPlace } from "./check-place.ts";
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
