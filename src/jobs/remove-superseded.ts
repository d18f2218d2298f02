import { isTerminal, objectKeys, PublishedPlaylist } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Edition } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../context/index.ts";
import { namedOutput, partNames } from "./named-output.ts";

/**
 * Removes attempts' output that the video does not use, rendition by rendition, once its jobs have ended.
 * Includes attempts that were never registered. Output that cannot be removed only uses space.
 */
export async function removeSuperseded(
  { db, store, log }: Pick<OperationDeps, "db" | "store" | "log">,
  videoId: string,
): Promise<void> {
  try {
    const attempts = `${objectKeys.video(videoId)}attempts/`;
    // Listed before the rows are read: an attempt that starts later is not among them.
    const prefixes = await Array.fromAsync(store.folders(attempts));
    const joined = await Array.fromAsync(store.folders(objectKeys.joinedPlaylists(videoId)));
    if (prefixes.length + joined.length === 0) return;
    const video = await db.video.findUnique({
      where: { id: videoId },
      include: {
        ...{
          variants: true,
          audioTracks: true,
          assets: true,
          parts: partNames,
          jobs: { select: { status: true } },
          editions: { select: { number: true, status: true, removedAt: true, parts: partNames } },
        },
        storedFolders: { select: { attemptId: true, folder: true, retiredAt: true } },
      },
    });
    if (video === null || video.jobs.some(({ status }) => !isTerminal(status))) return;
    await removeJoined(store, joined, video);
    for (const prefix of prefixes) {
      const named = namedOutput(video, prefix.slice(attempts.length, -1));
      await removeUnnamed({ store, prefix, named });
    }
    await forgetSums(db, video);
  } catch (error) {
    log.warn({ err: error, videoId }, "attempts.not-removed");
  }
}

/** Removes joined playlists of variants that failed, and of editions that are no longer kept. */
async function removeJoined(
  store: ObjectStore,
  folders: readonly string[],
  video: {
    variants: readonly { playlist: unknown }[];
    audioTracks: readonly { playlist: unknown }[];
    editions: readonly Pick<Edition, "number" | "status" | "removedAt">[];
  },
): Promise<void> {
  const rows = [...video.variants, ...video.audioTracks];
  const named = new Set(
    rows.map(({ playlist }) => PublishedPlaylist.nullable().parse(playlist ?? null)?.key),
  );
  const kept = new Set(
    video.editions
      .filter(({ status, removedAt }) => status === "REPLACED" && removedAt === null)
      .map(({ number }) => number),
  );
  for (const folder of folders) {
    if (named.has(`${folder}index.m3u8`) || kept.has(editionOf(folder))) continue;
    await store.deletePrefix(folder);
  }
}

/** The edition of a folder of `objectKeys.joinedPlaylists`. */
const editionOf = (folder: string): number => Number(/\.e(\d+)\/$/.exec(folder)?.[1] ?? 1);

/** Keeps the manifest of an attempt beside its remaining output. */
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

/** Deletes the checksums of removed objects. */
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
