import { createHash } from "node:crypto";
import type { Position } from "./cursor.ts";
import type { LoadedVideo } from "./loaded-video.ts";

export const shortName = (attemptId: string): string => attemptId.replaceAll("-", "").slice(-8);

/**
 * Where a video stands, by the attempts that hold its leases. There is one open attempt per task: with several, the sum of their sequences grows
 * with each of them, and whenever one begins or ends the revision grows. Pure.
 */
export function positionOf(
  revision: number,
  holders: LoadedVideo["holders"],
  heard: ReadonlyMap<string, { sequence: number }>,
): Position {
  const sequence = holders
    .map(({ id, progressSequence }) => Math.max(progressSequence, heard.get(id)?.sequence ?? 0))
    .reduce((sum, each) => sum + each, 0);
  return { revision, attempt: nameOf(holders.map(({ id }) => id)), sequence };
}

/** One attempt goes by its own name, hundreds by one that is no longer, and the same in whatever order they are read. */
function nameOf(attemptIds: readonly string[]): string {
  if (attemptIds.length < 2) return attemptIds.map(shortName).join("");
  return createHash("sha256").update(attemptIds.toSorted().join()).digest("hex").slice(0, 16);
}
