import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { type StoredFile, type StoredFolder } from "@reelay/contracts";
import {
  crc32cOf,
  type ObjectStore,
  PreconditionFailedError,
  type PutBody,
  type StoredObject,
} from "@reelay/object-store";
import { retriableError } from "../errors.ts";

/** A store with the checksums of everything written through it. */
interface SummingStore {
  store: ObjectStore;
  /** The objects below the prefix. */
  folders(): StoredFolder[];
}

/**
 * Computes the checksum of every object below `prefix` from the worker's bytes before they are sent. A store
 * with its own checksums must agree; the local store has none, and the scrub compares later.
 */
export function createSummingStore(store: ObjectStore, prefix: string): SummingStore {
  const files = new Map<string, { sizeBytes: number; crc32c: string }>();

  async function write(
    key: string,
    body: PutBody,
    signal: AbortSignal | undefined,
    put: () => Promise<StoredObject>,
  ): Promise<StoredObject> {
    // Streams are sources that are being stored, outside an attempt's prefix.
    if (!key.startsWith(prefix) || body instanceof Readable) return await put();
    const crc32c = await crc32cOf(body, signal);
    const sizeBytes = await sizeOf(body);
    let stored: StoredObject;
    try {
      stored = await put();
    } catch (error) {
      // An earlier try may have succeeded with its response lost; the caller compares the bytes.
      if (error instanceof PreconditionFailedError) files.set(key, { sizeBytes, crc32c });
      throw error;
    }
    if (stored.crc32c !== null && stored.crc32c !== crc32c) {
      await store.delete(key);
      throw damagedOnTheWay(key, { expected: crc32c, stored: stored.crc32c });
    }
    files.set(key, { sizeBytes, crc32c });
    return stored;
  }

  return {
    store: {
      put: (key, body, options) => write(key, body, options?.signal, () => store.put(key, body, options)),
      adopt: (key, path, options) =>
        write(key, { path }, options?.signal, () => store.adopt(key, path, options)),
      head: (key) => store.head(key),
      read: (key, options) => store.read(key, options),
      list: (below) => store.list(below),
      folders: (below, options) => store.folders(below, options),
      localPath: (key) => store.localPath(key),
      arrivingPath: (uploadId) => store.arrivingPath(uploadId),
      publicUrl: (key) => store.publicUrl(key),
      async delete(key) {
        files.delete(key);
        return await store.delete(key);
      },
      async deletePrefix(below) {
        for (const key of files.keys()) if (key.startsWith(below)) files.delete(key);
        return await store.deletePrefix(below);
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
    folders: () => toFolders(files, prefix),
  };
}

async function sizeOf(body: Uint8Array | string | { path: string }): Promise<number> {
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : (await stat(body.path)).size;
}

function toFolders(
  files: ReadonlyMap<string, { sizeBytes: number; crc32c: string }>,
  prefix: string,
): StoredFolder[] {
  const folders = new Map<string, StoredFile[]>();
  for (const [key, { sizeBytes, crc32c }] of files) {
    const path = key.slice(prefix.length);
    const cut = path.lastIndexOf("/");
    const folder = cut === -1 ? "" : path.slice(0, cut);
    const known = folders.get(folder) ?? [];
    known.push([path.slice(cut + 1), sizeBytes, crc32c]);
    folders.set(folder, known);
  }
  return [...folders].map(([folder, inIt]) => ({ folder, files: inIt }));
}

const damagedOnTheWay = (key: string, sums: { expected: string; stored: string }) =>
  retriableError(
    "STORAGE",
    "STORED_DAMAGED",
    `The store has other bytes at ${key} than the worker sent: CRC-32C ${sums.stored} instead of ${sums.expected}. The object was removed. Another attempt stores it again.`,
  );
