import { isSettled, PublishedPlaylist } from "@reelay/contracts";
import type { Change } from "../../../events/index.ts";
import { planPlayable, type StatePlan, type VideoRows, withAudioTracks } from "../state/index.ts";

/**
 * The changes of a video's rows when joined playlists have grown or name other objects: a variant is
 * `RENDERING` from its first segments on, and `READY` with its last. Settled ones and others stay unchanged.
 * Pure.
 */
export function planJoined(
  rows: VideoRows,
  { joined, overwritten }: { joined: ReadonlyMap<string, PublishedPlaylist>; overwritten: readonly string[] },
  now: Date,
): StatePlan {
  const changes: Change[] = [];
  const isNewer = (row: { name: string; playlist: unknown }, playlist: PublishedPlaylist) =>
    overwritten.includes(row.name) || hasGrown(row.playlist, playlist);
  const variants: VideoRows["variants"] = [];
  for (const row of rows.variants) {
    const playlist = joined.get(row.name);
    if (playlist === undefined || isSettled(row.status) || !isNewer(row, playlist)) continue;
    const status = playlist.isComplete ? "READY" : "RENDERING";
    const ready = { fraction: 1, etaMs: 0, readyAt: now, sizeBytes: BigInt(playlist.sizeBytes) };
    variants.push({ ...row, playlist, status, ...(playlist.isComplete && ready) });
    if (status !== row.status) {
      changes.push({ type: `variant.${status.toLowerCase()}`, data: { name: row.name } });
    }
  }
  const grown = rows.audioTracks.flatMap((row) => {
    const playlist = joined.get(row.name);
    return playlist && isNewer(row, playlist) ? [{ ...row, playlist }] : [];
  });
  const audioTracks = { written: grown, removed: [] };
  const changed = new Set(variants.map(({ name }) => name));
  const after: VideoRows = {
    ...rows,
    variants: [...rows.variants.filter(({ name }) => !changed.has(name)), ...variants],
    audioTracks: withAudioTracks(rows.audioTracks, audioTracks),
  };
  const playable = planPlayable(rows, after, now);
  return {
    source: {},
    variants,
    audioTracks,
    assets: [],
    video: playable.video,
    changes: [...changes, ...playable.changes],
    after: { ...after, ...playable.video },
  };
}

/**
 * Players have read the old playlist, so it may only grow. One at another address belongs to an attempt that
 * ended.
 */
function hasGrown(before: unknown, after: PublishedPlaylist): boolean {
  const known = PublishedPlaylist.nullable().parse(before ?? null);
  if (known === null || known.key !== after.key) return true;
  return !known.isComplete && (after.isComplete || after.segments > known.segments);
}
