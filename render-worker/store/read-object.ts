import { buffer } from "node:stream/consumers";
import type { ObjectStore } from "@reelay/object-store";
import { retryStore } from "./retry-store.ts";

/** An object's bytes, or those up to `end`, read again from the beginning when the answer breaks off. For what fits into memory. */
export const readObject = (
  store: ObjectStore,
  key: string,
  { signal, ...range }: { end?: number; signal: AbortSignal },
): Promise<Buffer> =>
  retryStore(`read ${key}`, signal, async () => {
    const { body } = await store.read(key, { ...range, signal });
    return await buffer(body);
  });
