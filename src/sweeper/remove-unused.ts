import { objectKeys } from "@reelay/contracts";
import type { StoredObject } from "@reelay/object-store";
import type { OperationDeps } from "../context/index.ts";
import { UUID_PATTERN } from "../inputs/index.ts";

type UnusedDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log"> & {
  limits?: Pick<OperationDeps["limits"], "speechKeptMs">;
};

const DAY_MS = 86_400_000;
const DEFAULT_KEPT_MS = 30 * DAY_MS;
const CHUNKS_KEPT_MS = 90 * DAY_MS;
/** For each workspace: some ten hours of speech. */
const MAX_SPEECH_BYTES = 2 * 1024 ** 3;
/** Some 30,000 chunks. */
const MAX_CHUNKS_BYTES = 256 * 1024 ** 2;

interface Kept {
  what: "speech" | "chunks";
  keptMs: number;
  maxBytes: number;
}

/**
 * Removes spoken texts, and entries of chunks, that no new video has used for a while, the oldest ones of a
 * workspace that has too many, and those of workspaces that are gone. Nothing refers to them, so that each
 * may go at any time. Any number of processes may run it concurrently.
 */
export async function removeUnused(
  deps: UnusedDeps,
  { maxBytes, signal }: { maxBytes?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const speechMs = deps.limits?.speechKeptMs ?? DEFAULT_KEPT_MS;
  const kept: Kept[] = [
    { what: "speech", keptMs: speechMs, maxBytes: maxBytes ?? MAX_SPEECH_BYTES },
    { what: "chunks", keptMs: CHUNKS_KEPT_MS, maxBytes: maxBytes ?? MAX_CHUNKS_BYTES },
  ];
  for (const each of kept) await removeFrom(deps, each, signal);
}

async function removeFrom(
  { db, store, clock, log }: UnusedDeps,
  { what, keptMs, maxBytes }: Kept,
  signal: AbortSignal | undefined,
): Promise<void> {
  const root = objectKeys[what]("").slice(0, -1);
  const oldest = clock().getTime() - keptMs;
  for await (const prefix of store.folders(root)) {
    signal?.throwIfAborted();
    const workspaceId = prefix.slice(root.length, -1);
    if (!UUID_PATTERN.test(workspaceId)) continue;
    const workspace = await db.workspace.findUnique({ where: { id: workspaceId }, select: { id: true } });
    const objects = await Array.fromAsync(store.list(prefix));
    const removed = workspace === null ? objects : chooseOld(objects, { oldest, maxBytes });
    for (const { key } of removed) {
      signal?.throwIfAborted();
      await store.delete(key);
    }
    if (removed.length > 0) log.info({ workspaceId, what, objects: removed.length }, "unused.removed");
  }
}

/** Those before `oldest`, and the oldest ones above `maxBytes`. Pure. */
function chooseOld(
  objects: readonly StoredObject[],
  { oldest, maxBytes }: { oldest: number; maxBytes: number },
): StoredObject[] {
  let bytes = 0;
  return objects
    .toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
    .filter(({ sizeBytes, updatedAt }) => updatedAt.getTime() < oldest || (bytes += sizeBytes) > maxBytes);
}
