import type { Client } from "pg";
import type { Watchers } from "../load/watchers.ts";
import { rowId } from "../row-id.ts";
import { type Figure, info, none } from "./figure.ts";

/** Subscribers that did not receive the final state of their video. */
export async function whoMissedTheEnd(db: Client, watchers: Watchers): Promise<string[]> {
  const { rows } = await db.query<{ id: string; status: string }>(
    "SELECT id::text, status::text FROM videos",
  );
  const ends = new Map(rows.map(({ id, status }) => [id, status]));
  return [...watchers.seen.values()]
    .filter(({ videoId, status }) => ends.get(rowId(videoId)) !== status)
    .map(({ videoId, status }) => `${rowId(videoId)}: received ${status}, is ${ends.get(rowId(videoId))}`);
}

export async function checkWatchers(db: Client, watchers: Watchers): Promise<Figure[]> {
  const seen = [...watchers.seen.values()];
  const backwards = seen.flatMap(({ videoId, backwards: times }) =>
    times.map((time) => `${rowId(videoId)}: ${time}`),
  );
  return [
    info("subscribers", seen.length),
    info("subscriptions reopened", watchers.reconnects),
    none("subscribers that missed a terminal state", await whoMissedTheEnd(db, watchers)),
    none("progress that decreased for a subscriber", backwards),
  ];
}
