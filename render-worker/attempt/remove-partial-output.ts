import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { type Outcome, removesUnfinished } from "./outcome.ts";

interface Attempt {
  videoId: string;
  attemptId: string;
}

/**
 * Removes an attempt's unfinished output in the cases of `removesUnfinished`. Finished objects stay: they
 * were reported, and a later attempt may keep them. An attempt that lost its lease keeps only the output that
 * the API has accepted.
 *
 * @param finished keys of the finished objects
 */
export async function removePartialOutput(
  store: ObjectStore,
  ref: Attempt,
  finished: readonly string[],
  outcome: Outcome,
): Promise<void> {
  if (!removesUnfinished(outcome)) return;
  if (outcome.kind === "LEASE_LOST" && outcome.keep) await keepOnly(store, ref, outcome.keep);
  else await removeUnfinished(store, ref, finished);
}

async function keepOnly(store: ObjectStore, ref: Attempt, names: readonly string[]): Promise<void> {
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  if (names.length === 0) {
    await store.deletePrefix(prefix);
    return;
  }
  for (const folder of await Array.fromAsync(store.folders(prefix))) {
    if (!names.includes(folder.slice(prefix.length, -1))) await store.deletePrefix(folder);
  }
  const poster = objectKeys.attemptPoster(ref.videoId, ref.attemptId);
  if (!names.includes(poster.slice(prefix.length))) await store.delete(poster);
}

async function removeUnfinished(
  store: ObjectStore,
  ref: Attempt,
  finished: readonly string[],
): Promise<void> {
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  if (!finished.some((key) => key.startsWith(prefix))) {
    await store.deletePrefix(prefix);
    return;
  }
  for (const folder of await Array.fromAsync(store.folders(prefix))) {
    if (!finished.some((key) => key.startsWith(folder))) await store.deletePrefix(folder);
  }
}
