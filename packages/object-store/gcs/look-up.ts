import type { FileMetadata } from "@google-cloud/storage";
import type { GcsClient } from "./client.ts";
import { NOT_FOUND, statusOf } from "./request-error.ts";

/** The metadata of the current object; null if there is none. */
export async function lookUp(
  gcs: GcsClient,
  key: string,
  signal?: AbortSignal,
): Promise<FileMetadata | null> {
  try {
    const [metadata] = await gcs.retry("look up", key, signal, () => gcs.bucket.file(key).getMetadata());
    return metadata;
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) return null;
    throw error;
  }
}
