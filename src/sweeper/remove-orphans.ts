import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../deps.ts";
import { uuidPattern } from "../global-id.ts";

type OrphanDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log">;

const everyMs = 600_000;
/** Folders looked at in one run. */
const folderLimit = 500;
/** Objects younger than this may still be written by a process that does not know about the deletion. */
const youngMs = 86_400_000;
const root = objectKeys.video("").slice(0, -1);

/**
 * Removes objects of videos without a row: a worker killed after its video's deletion cannot clean up any
 * more. Checks up to 500 videos' folders after `after` and returns where to continue, undefined after the
 * last. Skips folders with objects younger than a day, and with them every recent upload. Any number of
 * processes may run it concurrently.
 */
export async function removeOrphans(
  { db, store, clock, log }: OrphanDeps,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folders = await takeFolders(store, after);
  const ids = folders.map((folder) => folder.slice(root.length, -1));
  const known = await db.video.findMany({
    where: { id: { in: ids.filter((id) => uuidPattern.test(id)) } },
    select: { id: true },
  });
  const isKnown = new Set(known.map(({ id }) => id));
  for (const videoId of ids) {
    signal?.throwIfAborted();
    // Names that are not our ids are not ours to remove.
    if (isKnown.has(videoId) || !uuidPattern.test(videoId)) continue;
    const prefix = objectKeys.video(videoId);
    if (await isYoung(store, prefix, clock())) continue;
    const objects = await store.deletePrefix(prefix);
    log.info({ videoId, objects }, "orphan.removed");
  }
  return folders.length === folderLimit ? folders.at(-1) : undefined;
}

async function takeFolders(store: ObjectStore, after: string | undefined): Promise<string[]> {
  const folders: string[] = [];
  for await (const folder of store.folders(root, after === undefined ? {} : { after })) {
    folders.push(folder);
    if (folders.length === folderLimit) break;
  }
  return folders;
}

async function isYoung(store: ObjectStore, prefix: string, now: Date): Promise<boolean> {
  for await (const { updatedAt } of store.list(prefix)) {
    if (now.getTime() - updatedAt.getTime() < youngMs) return true;
  }
  return false;
}

/**
 * Scans the store in steps of ten minutes until disposed, separately from sweeps, which must not wait for a
 * slow store.
 */
export function startOrphanRemoval(deps: OrphanDeps): AsyncDisposable {
  const stopped = new AbortController();
  let after: string | undefined;
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= removeOrphans(deps, after, stopped.signal)
      .then((next) => {
        after = next;
      })
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) deps.log.warn({ err: error }, "orphans.left");
      })
      .finally(() => {
        running = null;
      });
  }, everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopped.abort();
      await running;
    },
  };
}
