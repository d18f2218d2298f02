import type { Client } from "pg";
import { createEventCodec } from "../../../src/events/event-codec.ts";
import type { EventReader } from "../load/event-reader.ts";
import { type Figure, info, none } from "./figure.ts";

/**
 * Compares the log as read page by page with the table, and finds events after the end of their attempt or
 * job.
 */
export async function checkEvents(db: Client, readers: ReadonlyMap<string, EventReader>): Promise<Figure[]> {
  const wrong: string[] = [];
  let total = 0;
  const { rows: installation } = await db.query<{ key: Buffer }>("SELECT event_key AS key FROM installation");
  const codec = createEventCodec(installation[0]?.key ?? Buffer.of());
  for (const [workspaceId, { ids }] of readers) {
    const { rows } = await db.query<Row>("SELECT id, position FROM events WHERE workspace_id = $1", [
      workspaceId,
    ]);
    total += rows.length;
    // Readers see encrypted ids.
    const seen = rows.map(({ id, position }) => ({ id: codec.encodeId(BigInt(id)), position }));
    wrong.push(...compare(seen, ids));
  }
  const { rows: late } = await db.query<{ text: string }>(AFTER_THE_END);
  return [
    info("events in the log", total),
    none("events missing or out of order for a reader", wrong),
    none(
      "events after the end of their attempt or job",
      late.map(({ text }) => text),
    ),
  ];
}

interface Row {
  id: string;
  /** Position in the log; null until the log is read for the first time. */
  position: string | null;
}

function compare(rows: readonly Row[], seen: readonly string[]): string[] {
  const places = new Map(rows.map((row) => [row.id, BigInt(row.position ?? -1)]));
  const delivered = new Set(seen);
  const missing = rows
    .filter(({ id }) => !delivered.has(id))
    .map(({ id }) => `event ${id} was never delivered`);
  const unknown = seen.filter((id) => !places.has(id)).map((id) => `event ${id} is not in the table`);
  const disordered = seen.flatMap((id, index) => {
    const before = seen[index - 1];
    const isInOrder = before === undefined || (places.get(before) ?? 0n) < (places.get(id) ?? 0n);
    return isInOrder ? [] : [`event ${id} came after ${before}`];
  });
  return [...missing, ...unknown, ...disordered];
}

const MEASUREMENTS = "'variant.measured', 'variant.below-minimum'";

const JOINED =
  "'variant.rendering', 'variant.ready', 'video.playable', 'video.ready', 'video.edition-published'";

/**
 * Compares ids, which follow the order of commits within one video, because its writers hold its lock. A
 * variant's quality is measured after its attempt completed. Playlists are joined from parts after the
 * attempt's report was applied, so a variant or the video may begin to play then. A later edition has other
 * parts in place of them.
 */
const AFTER_THE_END = `
  SELECT e.type || ' ' || e.id || ' after ' || ended.type || ' ' || ended.id AS text
  FROM events e JOIN events ended ON ended.attempt_id = e.attempt_id AND ended.id < e.id
  WHERE ended.type IN ('attempt.completed', 'attempt.failed', 'attempt.rejected', 'attempt.canceled', 'attempt.interrupted', 'attempt.lost')
    AND NOT (ended.type = 'attempt.completed' AND e.type IN (${MEASUREMENTS}))
    AND NOT (ended.type = 'attempt.completed' AND e.type IN (${JOINED}) AND (EXISTS (SELECT FROM parts WHERE parts.attempt_id = e.attempt_id)
      OR EXISTS (SELECT FROM editions WHERE editions.video_id = e.video_id AND editions.number > 1)))
  UNION ALL
  SELECT e.type || ' ' || e.id || ' after ' || ended.type || ' ' || ended.id
  FROM events e JOIN events ended ON ended.job_id = e.job_id AND ended.id < e.id
  WHERE ended.type IN ('job.succeeded', 'job.failed', 'job.canceled') AND e.type NOT LIKE 'video.%'
    AND NOT (ended.type = 'job.succeeded' AND e.type IN (${MEASUREMENTS}))`;
