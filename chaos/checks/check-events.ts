import type { Client } from "pg";
import type { EventReader } from "../load/event-reader.ts";
import { type Figure, none, told } from "./figure.ts";

/** The log as a paging reader saw it, against the table; and what the log says about attempts and jobs that had ended. */
export async function checkEvents(db: Client, readers: ReadonlyMap<string, EventReader>): Promise<Figure[]> {
  const wrong: string[] = [];
  let total = 0;
  for (const [workspaceId, { ids }] of readers) {
    const { rows } = await db.query<{ id: string }>(
      "SELECT id FROM events WHERE workspace_id = $1 ORDER BY id",
      [workspaceId],
    );
    total += rows.length;
    const seen = new Set(ids.map(String));
    for (const { id } of rows) if (!seen.has(id)) wrong.push(`event ${id} was never delivered`);
    if (seen.size < ids.length) wrong.push(`${ids.length - seen.size} events were delivered twice`);
    for (const [index, id] of ids.entries()) {
      const before = ids[index - 1];
      if (before !== undefined && id <= before) wrong.push(`event ${id} came after ${before}`);
    }
  }
  const { rows: late } = await db.query<{ text: string }>(
    `SELECT e.type || ' ' || e.id || ' after ' || ended.type || ' ' || ended.id AS text
     FROM events e JOIN events ended ON ended.attempt_id = e.attempt_id AND ended.id < e.id
     WHERE ended.type IN ('attempt.completed', 'attempt.failed', 'attempt.rejected', 'attempt.canceled', 'attempt.interrupted', 'attempt.lost')
     UNION ALL
     SELECT e.type || ' ' || e.id || ' after ' || ended.type || ' ' || ended.id
     FROM events e JOIN events ended ON ended.job_id = e.job_id AND ended.id < e.id
     WHERE ended.type IN ('job.succeeded', 'job.failed', 'job.canceled') AND e.type NOT LIKE 'video.%'`,
  );
  return [
    told("events in the log", total),
    none("events missing or out of order for a paging reader", wrong),
    none(
      "events of attempts and jobs that had ended",
      late.map(({ text }) => text),
    ),
  ];
}
