/**
 * Deleting a document deletes its video, also when Reelay is away at that moment: first it is written down,
 * then it is done.
 */
import { type Client, DeleteVideoDocument } from "@reelay/client";
import type { CollectionAfterDeleteHook, Payload } from "payload";
import { STATE_SLUG } from "../collections/state-collection.ts";
import type { VideoDoc } from "../collections/video-doc.ts";
import { findSync } from "./registry.ts";
import { deleteState, readStates } from "./state.ts";

const PREFIX = "delete:";

export const afterDeleteVideo: CollectionAfterDeleteHook = async ({ doc, req }) => {
  const { reelayId } = doc as VideoDoc;
  const sync = findSync(req.payload);
  if (!reelayId || !sync?.settings.deleteVideos) return;
  // In the transaction of the request: it exists if the document does not, and only then.
  await req.payload.create({
    collection: STATE_SLUG,
    data: { id: crypto.randomUUID(), key: PREFIX + reelayId, value: {} },
    depth: 0,
    req,
  });
  // Transactions are over by then; what comes too early is done by the next look.
  setTimeout(() => sync.ring(), 250).unref();
};

/** @throws ReelayError while the API is away; what is written down stays. */
export async function deleteForgotten(payload: Payload, client: Client, signal: AbortSignal): Promise<void> {
  for (const { id, key } of await readStates(payload, PREFIX)) {
    await deleteVideo(client, key.slice(PREFIX.length), signal);
    await deleteState(payload, id);
  }
}

/**
 * A video that is no more is none to delete. @throws Error when it is refused, ReelayError when the API is
 * away.
 */
export async function deleteVideo(client: Client, id: string, signal: AbortSignal): Promise<void> {
  const { deleteVideo: result } = await client.mutate(DeleteVideoDocument, { id }, { signal });
  if (result.__typename === "DeletedVideo" || result.__typename === "NotFoundError") return;
  throw new Error(`Video ${id} could not be deleted: ${result.message} (${result.code})`);
}
