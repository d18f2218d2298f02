import type { Client } from "pg";
import type { Watchers } from "../load/watchers.ts";
import { rowId } from "../row-id.ts";
import { type Figure, none, told } from "./figure.ts";

/** Whether every subscriber has been told how its video ended. */
export async function whoMissedTheEnd(db: Client, watchers: Watchers): Promise<string[]> {
  const { rows } = await db.query<{ id: string; status: string }>(
    "SELECT id::text, status::text FROM videos",
  );
  const ends = new Map(rows.map(({ id, status }) => [id, status]));
  return [...watchers.seen.values()]
    .filter(({ videoId, status }) => ends.get(rowId(videoId)) !== status)
    .map(({ videoId, status }) => `${rowId(videoId)}: told ${status}, is ${ends.get(rowId(videoId))}`);
}

export async function checkWatchers(db: Client, watchers: Watchers): Promise<Figure[]> {
  const seen = [...watchers.seen.values()];
  const backwards = seen.flatMap(({ videoId, backwards: times }) =>
    times.map((time) => `${rowId(videoId)}: ${time}`),
  );
  return [
    told("subscribers", seen.length),
    told("subscriptions opened again", watchers.reconnects),
    none("subscribers that missed a terminal state", await whoMissedTheEnd(db, watchers)),
    none("progress that went backwards for a subscriber", backwards),
  ];
}
