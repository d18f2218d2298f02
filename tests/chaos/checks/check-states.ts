import type { Client } from "pg";
import { type Figure, none } from "./figure.ts";

/** Allowed transitions by table: from each state to its possible successors. */
const ALLOWED: Record<string, Record<string, readonly string[]>> = {
  jobs: {
    PENDING: ["QUEUED", "FAILED", "CANCELED"],
    QUEUED: ["RUNNING", "FAILED", "CANCELED"],
    RUNNING: ["QUEUED", "PENDING", "SUCCEEDED", "FAILED", "CANCELED"],
  },
  variants: {
    PENDING: ["RENDERING", "READY", "SKIPPED", "FAILED", "CANCELED"],
    RENDERING: ["PENDING", "READY", "SKIPPED", "FAILED", "CANCELED"],
    FAILED: ["PENDING"],
    CANCELED: ["PENDING"],
    SKIPPED: ["PENDING"],
  },
  videos: {
    AWAITING_SOURCE: ["PROCESSING", "PLAYABLE", "FAILED"],
    PROCESSING: ["PLAYABLE", "READY", "FAILED"],
    PLAYABLE: ["READY", "FAILED", "PROCESSING", "AWAITING_SOURCE"],
    // A retry leads back.
    FAILED: ["PROCESSING", "PLAYABLE", "AWAITING_SOURCE"],
    READY: ["PLAYABLE", "PROCESSING"],
  },
};
ALLOWED["tasks"] = ALLOWED["jobs"] ?? {};

/** Reports forbidden changes that the triggers recorded. */
export async function checkStates(db: Client): Promise<Figure[]> {
  const { rows } = await db.query<{
    subject: string;
    subject_id: string;
    what: string;
    before: string;
    after: string;
  }>("SELECT * FROM chaos_audit ORDER BY id");
  const illegal = rows
    .filter(({ what }) => what === "status")
    .filter(({ subject, before, after }) => !ALLOWED[subject]?.[before]?.includes(after))
    .map(({ subject, subject_id: id, before, after }) => `${subject} ${id}: ${before} to ${after}`);
  const stale = rows
    .filter(({ what }) => what !== "status")
    .map(
      ({ subject, subject_id: id, what, before, after }) => `${subject} ${id} ${what}: ${before} -> ${after}`,
    );
  const { rows: again } = await db.query<{ text: string }>(
    `SELECT 'video ' || video_id || ' ' || (data ->> 'name') || ' ready ' || count(*) || ' times' AS text FROM events
     WHERE type = 'variant.ready' GROUP BY video_id, data ->> 'name' HAVING count(*) > 1`,
  );
  return [
    none("illegal transitions", illegal),
    none("stale writes accepted", stale),
    none(
      "finished variants encoded again",
      again.map(({ text }) => text),
    ),
  ];
}
