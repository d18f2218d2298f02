import type { FileMetadata } from "@google-cloud/storage";
import { contentTypeOf } from "../content-type.ts";
import type { StoredObject } from "../object-store.ts";

/** An object of Cloud Storage. */
export interface GcsObject extends StoredObject {
  /**
   * CRC32C of the bytes, big-endian, in base64. Every Cloud Storage object has one; emulators may omit it.
   */
  crc32c: string | null;
}

/**
 * Converts Cloud Storage's metadata. Throws when the server omitted the generation, without which no write is
 * safe.
 */
export function parseMetadata(key: string, metadata: FileMetadata): GcsObject {
  const { generation, size, contentType, updated, timeCreated, md5Hash, crc32c } = metadata;
  if (generation === undefined)
    throw new Error(`Object "${key}": the storage server returned no generation.`);
  return {
    key,
    sizeBytes: Number(size ?? 0),
    contentType: contentType ?? contentTypeOf(key),
    generation: String(generation),
    // Composed objects have no MD5.
    checksum: md5Hash ? `md5:${md5Hash}` : crc32c ? `crc32c:${crc32c}` : null,
    crc32c: crc32c || null,
    updatedAt: new Date(updated ?? timeCreated ?? 0),
  };
}

/** The folders in the answer to a listing with a delimiter. */
export function parsePrefixes(response: unknown): string[] {
  const prefixes = (response as { prefixes?: unknown } | null)?.prefixes;
  return Array.isArray(prefixes) ? prefixes.map(String) : [];
}
