import { buffer } from "node:stream/consumers";
import { crc32cOf, ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import { RenderError } from "../errors.ts";
import { retryStore } from "./retry-store.ts";

/**
 * Reads an object's bytes, or those up to `end`, again from the beginning if the response breaks off. For
 * objects that fit into memory.
 */
export const readObject = (
  store: ObjectStore,
  key: string,
  { signal, ...range }: { end?: number; signal: AbortSignal },
): Promise<Buffer> =>
  retryStore(`read ${key}`, signal, async () => {
    const { body } = await store.read(key, { ...range, signal });
    return await buffer(body);
  });

/** Checksums of finished objects, by key. */
export type KnownSums = ReadonlyMap<string, { sizeBytes: number; crc32c: string }>;

/**
 * Reads an object of a finished rendition. Throws a `RenderError` that names the object: `SEGMENT_MISSING` if
 * it does not exist, `SEGMENT_DAMAGED` if it was altered. Both are final, since another attempt would find
 * the same; the API repairs the object.
 */
export async function readMade(
  store: ObjectStore,
  key: string,
  { signal, sums }: { signal: AbortSignal; sums?: KnownSums | undefined },
): Promise<Buffer> {
  const bytes = await readObject(store, key, { signal }).catch((error: unknown) => {
    throw error instanceof ObjectNotFoundError ? missing(key) : error;
  });
  const known = sums?.get(key);
  if (known === undefined) return bytes;
  if (bytes.length !== known.sizeBytes) {
    throw damaged(key, `has ${bytes.length} bytes instead of ${known.sizeBytes}`);
  }
  const crc32c = await crc32cOf(bytes, signal);
  if (crc32c !== known.crc32c) throw damaged(key, `has the CRC-32C ${crc32c} instead of ${known.crc32c}`);
  return bytes;
}

const missing = (key: string): RenderError =>
  final("SEGMENT_MISSING", key, `${key} is missing in the store.`);
const damaged = (key: string, how: string): RenderError =>
  final("SEGMENT_DAMAGED", key, `${key} was altered after it was stored: it ${how}.`);

const final = (code: string, objectKey: string, message: string): RenderError =>
  new RenderError({
    ...{ code, objectKey, scope: "STORAGE", retriable: false },
    message: `${message} Reelay makes the part again. Retry once the video shows no damage.`,
  });
