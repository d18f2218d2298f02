import { text } from "node:stream/consumers";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";

/** Null without the object. */
export async function readText(store: ObjectStore, key: string): Promise<string | null> {
  try {
    const { body } = await store.read(key);
    return await text(body);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}
