import { isTerminal, objectKeys, PublishedPlaylist } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../deps.ts";
import { namedOutput, partNames } from "./named-output.ts";

/**
 * Removes what attempts wrote that the video does not name, rendition by rendition: only once its jobs have ended. Attempts that were never
 * known here are among them. What cannot be removed now costs room only.
 */
export async function removeLosers(
  { db, store, log }: Pick<OperationDeps, "db" | "store" | "log">,
  videoId: string,
): Promise<void> {
  try {
    const attempts = `${objectKeys.video(videoId)}attempts/`;
    // Listed before the rows are read: an attempt that begins later is not among them, whatever it writes.
    const prefixes = await Array.fromAsync(store.folders(attempts));
    if (prefixes.length === 0) return;
    const video = await db.video.findUnique({
      where: { id: videoId },
      include: {
        ...{ variants: true, audioTracks: true, parts: partNames, jobs: { select: { status: true } } },
        storedFolders: { select: { attemptId: true, folder: true, retiredAt: true } },
      },
    });
    if (video === null || video.jobs.some(({ status }) => !isTerminal(status))) return;
    await removeJoined(store, video);
    for (const prefix of prefixes) {
      const named = namedOutput(video, prefix.slice(attempts.length, -1));
      await removeUnnamed({ store, prefix, named });
    }
    await forgetSums(db, video);
  } catch (error) {
    log.warn({ err: error, videoId }, "losers.left");
  }
}

/** Playlists that were joined for variants that came to nothing. */
async function removeJoined(
  store: ObjectStore,
  video: {
    id: string;
    variants: readonly { playlist: unknown }[];
    audioTracks: readonly { playlist: unknown }[];
  },
): Promise<void> {
  const rows = [...video.variants, ...video.audioTracks];
  const named = new Set(
    rows.map(({ playlist }) => PublishedPlaylist.nullable().parse(playlist ?? null)?.key),
  );
  for (const folder of await Array.fromAsync(store.folders(`${objectKeys.video(video.id)}variants/`))) {
    if (!named.has(`${folder}index.m3u8`)) await store.deletePrefix(folder);
  }
}

/** The account of what an attempt made stays beside what is left of it. */
async function removeUnnamed({
  store,
  prefix,
  named,
}: {
  store: ObjectStore;
  prefix: string;
  named: readonly string[];
}): Promise<void> {
  if (named.length === 0) {
    await store.deletePrefix(prefix);
    return;
  }
  for (const folder of await Array.fromAsync(store.folders(prefix))) {
    if (!named.includes(folder.slice(prefix.length, -1))) await store.deletePrefix(folder);
  }
  if (!named.includes("poster.jpg")) await store.delete(`${prefix}poster.jpg`);
}

/** Checksums of what was removed. */
async function forgetSums(
  db: OperationDeps["db"],
  video: Parameters<typeof namedOutput>[0] & {
    storedFolders: readonly { attemptId: string; folder: string }[];
  },
): Promise<void> {
  for (const { attemptId, folder } of video.storedFolders) {
    const named = namedOutput(video, attemptId);
    const isKept = folder === "" ? named.length > 0 : named.includes(folder.split("/")[0] ?? "");
    if (!isKept) await db.storedFolder.deleteMany({ where: { attemptId, folder } });
  }
}
