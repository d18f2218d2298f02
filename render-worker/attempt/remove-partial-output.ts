import { objectKeys, type RenderState } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";

/**
 * Removes what an attempt left unfinished. Finished renditions stay: they were reported, and a later attempt may already have
 * been told to keep them.
 */
export async function removePartialOutput(
  store: ObjectStore,
  ref: { videoId: string; attemptId: string },
  state: RenderState,
): Promise<void> {
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  const renditions = [
    ...state.variants.map(({ name, playlist }) => ({ name, playlist })),
    ...(state.audio ? [{ name: "audio", playlist: state.audio.playlist }] : []),
  ];
  const isFinished = ({ playlist }: (typeof renditions)[number]) =>
    playlist?.isComplete === true && playlist.key.startsWith(prefix);
  if (!renditions.some(isFinished)) {
    await store.deletePrefix(prefix);
    return;
  }
  for (const rendition of renditions) {
    if (!isFinished(rendition)) await store.deletePrefix(`${prefix}${rendition.name}/`);
  }
}
