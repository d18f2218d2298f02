import { objectKeys, type RenderState, soundsOf } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { leavesUnfinished, type Outcome } from "./outcome.ts";

interface Attempt {
  videoId: string;
  attemptId: string;
}

/**
 * Removes what an attempt leaves that nobody can use. Finished renditions stay: they were reported, and a later attempt may already have
 * been told to keep them. Only an attempt that lost its lease was told which of its reports counted.
 */
export async function removePartialOutput(
  store: ObjectStore,
  ref: Attempt,
  state: RenderState,
  outcome: Outcome,
): Promise<void> {
  if (outcome.kind === "COMPLETED" || leavesUnfinished(outcome)) return;
  if (outcome.kind === "LEASE_LOST" && outcome.keep) await keepOnly(store, ref, outcome.keep);
  else await removeUnfinished(store, ref, state);
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

async function removeUnfinished(store: ObjectStore, ref: Attempt, state: RenderState): Promise<void> {
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  const playlists = [...state.variants, ...soundsOf(state)].map(({ playlist }) => playlist);
  const files = [state.storyboard?.vttKey, state.download?.key, state.preview?.key].filter(
    (key) => key !== undefined,
  );
  const finished = [
    ...playlists.flatMap((playlist) => (playlist?.isComplete ? [playlist.key] : [])),
    ...files,
  ];
  if (!finished.some((key) => key.startsWith(prefix))) {
    await store.deletePrefix(prefix);
    return;
  }
  for (const folder of await Array.fromAsync(store.folders(prefix))) {
    if (!finished.some((key) => key.startsWith(folder))) await store.deletePrefix(folder);
  }
}
