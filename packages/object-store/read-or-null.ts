import type { Readable } from "node:stream";
import { ObjectNotFoundError } from "./errors.ts";
import type { ObjectStore, ReadOptions, StoredObject } from "./object-store.ts";

/** As `ObjectStore.read`. Null if the object does not exist. */
export async function readOrNull(
  store: Pick<ObjectStore, "read">,
  key: string,
  options?: ReadOptions,
): Promise<{ object: StoredObject; body: Readable } | null> {
  try {
    return await store.read(key, options);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}
