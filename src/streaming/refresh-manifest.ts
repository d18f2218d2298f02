import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Tx } from "../events/index.ts";
import { planMasterPlaylist } from "./master-playlist.ts";
import { publishStatus } from "./publish-status.ts";
import { readText } from "./read-text.ts";
import { type PublicRows, publicRows, refreshDash } from "./refresh-dash.ts";

/**
 * Writes the master playlist and status.json from the rows, inside the transaction that changed the rows and
 * under the video's lock: a newer file is never overwritten, and players never see a stream that does not
 * exist yet. If the commit fails, the files are ahead for a moment: they name what exists, and the
 * redelivered report writes the same.
 */
export async function refreshManifest(tx: Tx, store: ObjectStore, videoId: string): Promise<void> {
  const video = await tx.video.findUnique({ where: { id: videoId }, include: publicRows });
  if (video !== null) await refreshFrom(tx, store, video);
}

/**
 * Refreshes a manifest whose master playlist is not that of the rows: a transaction that failed may have
 * stored its own after a later one. Under the video's lock.
 */
export async function correctManifest(tx: Tx, store: ObjectStore, videoId: string): Promise<void> {
  const video = await tx.video.findUnique({ where: { id: videoId }, include: publicRows });
  if (video === null) return;
  const stored = await readText(store, objectKeys.master(videoId));
  if (stored !== planMasterPlaylist(video)) await refreshFrom(tx, store, video);
}

async function refreshFrom(tx: Tx, store: ObjectStore, video: PublicRows): Promise<void> {
  // First, as status.json names it.
  const dash = await refreshDash(tx, store, video);
  await publishManifest(store, { ...video, ...dash });
}

/**
 * Publishes the master playlist and status.json from rows that are at hand. `before` is the master playlist
 * that the store has, undefined when that is not known.
 */
export async function publishManifest(
  store: ObjectStore,
  video: PublicRows,
  before?: string | null,
): Promise<void> {
  const master = planMasterPlaylist(video);
  await Promise.all([
    master === before ? undefined : publishMaster(store, video.id, master),
    publishStatus(store, video),
  ]);
}

/** One that names nothing is removed: what it named is gone. */
async function publishMaster(store: ObjectStore, videoId: string, master: string | null): Promise<void> {
  const key = objectKeys.master(videoId);
  if (master === null) {
    await store.delete(key);
    return;
  }
  await store.put(key, master, { contentType: "application/vnd.apple.mpegurl" });
}
