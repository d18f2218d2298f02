import {
  editionRetries,
  editionTransitions,
  jobTransitions,
  variantRetries,
  variantTransitions,
  videoRetries,
  videoTransitions,
} from "@reelay/contracts";
import type { Client } from "pg";
import { type Figure, none } from "./figure.ts";

/** Allowed transitions by table. Triggers see single writes, without knowing whether a retry made them. */
const ALLOWED: Record<string, readonly Readonly<Record<string, readonly string[]>>[]> = {
  editions: [editionTransitions, editionRetries],
  jobs: [jobTransitions],
  tasks: [jobTransitions],
  variants: [variantTransitions, variantRetries],
  videos: [videoTransitions, videoRetries],
};

/** Another edition takes the place of a READY variant's output. */
const PUBLISHES = `subject = 'variants' AND what = 'changed after it was READY' AND subject_id IN (
  SELECT v.id::text FROM variants v JOIN editions e ON e.video_id = v.video_id WHERE e.number > 1)`;

/** Reports forbidden changes that the triggers recorded. */
export async function checkStates(db: Client): Promise<Figure[]> {
  const { rows } = await db.query<{
    subject: string;
    subject_id: string;
    what: string;
    before: string;
    after: string;
  }>(`SELECT * FROM chaos_audit WHERE NOT (${PUBLISHES}) ORDER BY id`);
  const illegal = rows
    .filter(({ what }) => what === "status")
    .filter(
      ({ subject, before, after }) =>
        !ALLOWED[subject]?.some((transitions) => transitions[before]?.includes(after)),
    )
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
