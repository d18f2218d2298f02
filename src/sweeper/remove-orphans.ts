import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../context/index.ts";
import { UUID_PATTERN } from "../inputs/index.ts";
import { removeUnused } from "./remove-unused.ts";

type OrphanDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log">;

const EVERY_MS = 600_000;
/** What is kept for later videos is looked at in each sixth step. */
const STEPS_BETWEEN_UNUSED = 6;
/** Folders looked at in one run. */
const FOLDER_LIMIT = 500;
/** Objects younger than this may still be written by a process that does not know about the deletion. */
const YOUNG_MS = 86_400_000;

/** Rows whose objects are in a folder of their own. */
interface Owner {
  prefixOf: (id: string) => string;
  idField: "videoId" | "materialId" | "checkId" | "templateId";
  /** Those of the ids that have a row. */
  find: (db: OrphanDeps["db"], ids: string[]) => Promise<{ id: string }[]>;
}

export const orphanOwners = {
  videos: {
    prefixOf: objectKeys.video,
    idField: "videoId",
    find: (db, ids) => db.video.findMany({ where: { id: { in: ids } }, select: { id: true } }),
  },
  materials: {
    prefixOf: objectKeys.material,
    idField: "materialId",
    find: (db, ids) => db.material.findMany({ where: { id: { in: ids } }, select: { id: true } }),
  },
  templates: {
    prefixOf: objectKeys.template,
    idField: "templateId",
    find: (db, ids) => db.template.findMany({ where: { id: { in: ids } }, select: { id: true } }),
  },
  checks: {
    prefixOf: objectKeys.check,
    idField: "checkId",
    find: (db, ids) => db.sourceCheck.findMany({ where: { id: { in: ids } }, select: { id: true } }),
  },
} as const satisfies Record<string, Owner>;

/**
 * Removes objects of videos, materials, templates or checks without a row: a worker killed after its video's
 * deletion cannot clean up any more. Checks up to 500 folders after `after` and returns where to continue,
 * undefined after the last. Skips folders with objects younger than a day, and with them every recent upload.
 * Any number of processes may run it concurrently.
 */
export async function removeOrphans(
  { db, store, clock, log }: OrphanDeps,
  after: string | undefined,
  { owner = orphanOwners.videos, signal }: { owner?: Owner; signal?: AbortSignal } = {},
): Promise<string | undefined> {
  const root = owner.prefixOf("").slice(0, -1);
  const folders = await takeFolders(store, root, after);
  const ids = folders.map((folder) => folder.slice(root.length, -1));
  const known = await owner.find(
    db,
    ids.filter((id) => UUID_PATTERN.test(id)),
  );
  const isKnown = new Set(known.map(({ id }) => id));
  for (const id of ids) {
    signal?.throwIfAborted();
    // Names that are not our ids are not ours to remove.
    if (isKnown.has(id) || !UUID_PATTERN.test(id)) continue;
    const prefix = owner.prefixOf(id);
    if (await isYoung(store, prefix, clock())) continue;
    const objects = await store.deletePrefix(prefix);
    log.info({ [owner.idField]: id, objects }, "orphan.removed");
  }
  return folders.length === FOLDER_LIMIT ? folders.at(-1) : undefined;
}

async function takeFolders(store: ObjectStore, root: string, after: string | undefined): Promise<string[]> {
  const folders: string[] = [];
  for await (const folder of store.folders(root, after === undefined ? {} : { after })) {
    folders.push(folder);
    if (folders.length === FOLDER_LIMIT) break;
  }
  return folders;
}

async function isYoung(store: ObjectStore, prefix: string, now: Date): Promise<boolean> {
  for await (const { updatedAt } of store.list(prefix)) {
    if (now.getTime() - updatedAt.getTime() < YOUNG_MS) return true;
  }
  return false;
}

/**
 * Scans the store in steps of ten minutes until disposed, separately from sweeps, which must not wait for a
 * slow store.
 */
export function startOrphanRemoval(deps: OrphanDeps & Pick<OperationDeps, "limits">): AsyncDisposable {
  const stopped = new AbortController();
  const { signal } = stopped;
  const after = new Map<Owner, string | undefined>();
  let running: Promise<void> | null = null;
  let steps = 0;
  async function step(): Promise<void> {
    for (const owner of Object.values(orphanOwners)) {
      after.set(owner, await removeOrphans(deps, after.get(owner), { owner, signal }));
    }
    steps += 1;
    if (steps % STEPS_BETWEEN_UNUSED === 0) await removeUnused(deps, { signal });
  }
  const timer = setInterval(() => {
    running ??= step()
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) deps.log.warn({ err: error }, "orphans.not-removed");
      })
      .finally(() => {
        running = null;
      });
  }, EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopped.abort();
      await running;
    },
  };
}
