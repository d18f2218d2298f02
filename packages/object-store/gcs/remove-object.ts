import type { GcsClient } from "./client.ts";
import { headObject } from "./read-object.ts";
import { NOT_FOUND, PRECONDITION_FAILED, statusOf } from "./request-error.ts";

/**
 * True if an object was removed. Each request names the generation, so that a repeated or late request cannot
 * remove a newer object. An object that is replaced meanwhile is removed nevertheless.
 *
 * @param generation the generation that the caller knows, if any.
 */
export async function removeObject(gcs: GcsClient, key: string, generation?: string): Promise<boolean> {
  for (let known = generation; ; known = undefined) {
    known ??= (await headObject(gcs, key))?.generation;
    if (known === undefined) return false;
    const outcome = await removeGeneration(gcs, key, known);
    gcs.generations.remember(key, null);
    if (outcome !== "replaced") return outcome === "removed";
  }
}

async function removeGeneration(gcs: GcsClient, key: string, ifGenerationMatch: string) {
  // An earlier failed request may have removed the object.
  let isRepeat = false;
  return gcs.retry("remove", key, undefined, async () => {
    try {
      await gcs.bucket.file(key).delete({ ifGenerationMatch });
      return "removed";
    } catch (error) {
      const status = statusOf(error);
      if (status === NOT_FOUND) return isRepeat ? "removed" : "gone";
      if (status === PRECONDITION_FAILED) return isRepeat ? "removed" : "replaced";
      isRepeat = true;
      throw error;
    }
  });
}
