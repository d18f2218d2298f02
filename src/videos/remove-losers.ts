import { isTerminal, objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../deps.ts";
import { namedOutput } from "./named-output.ts";

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
      include: { variants: true, audio: true, jobs: { select: { status: true } } },
    });
    if (video === null || video.jobs.some(({ status }) => !isTerminal(status))) return;
    for (const prefix of prefixes) {
      const named = namedOutput(video, prefix.slice(attempts.length, -1));
      await removeUnnamed({ store, prefix, named });
    }
  } catch (error) {
    log.warn({ err: error, videoId }, "losers.left");
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
