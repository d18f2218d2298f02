import type { Readable } from "node:stream";

/** What the store knows of one object. */
export interface StoredObject {
  key: string;
  sizeBytes: number;
  contentType: string;
  /** Changes with every write; opaque. Use it with `ifGenerationMatch`. */
  generation: string;
  /** What the store itself knows of the bytes, named by its kind: `md5:…` or `crc32c:…` in base64. Null where it keeps none. */
  checksum: string | null;
  /** The CRC-32C that the store keeps, in base64; null where it keeps none, as the local store. */
  crc32c: string | null;
  updatedAt: Date;
}

export interface PutOptions {
  /** Default: by the key's ending. */
  contentType?: string;
  /** What browsers do with it (RFC 6266). Default: they show it. */
  contentDisposition?: string;
  /** Write only if the object is at this generation; `"0"`: only if it does not exist. Else `PreconditionFailedError`. */
  ifGenerationMatch?: string;
  /** Do not wait for the disk: after a power cut it may be gone, or empty. For what is written again soon. Default false. */
  mayBeLost?: boolean;
  signal?: AbortSignal;
}

export interface ReadOptions {
  /** First byte, inclusive. Default 0. */
  start?: number;
  /** Last byte, inclusive. Default, and at most: the end. A range that begins past the end gives an empty body. */
  end?: number;
  /** Read this generation of the object, as `head` or `put` gave it, and no other; what is known of it is not asked for again. */
  of?: StoredObject;
  signal?: AbortSignal;
}

/** Bytes to write: in memory, a stream, or a local file (which stays the caller's). */
export type PutBody = Uint8Array | string | Readable | { path: string };

/**
 * Keeps media objects under slash-separated keys. Writes are atomic: a reader sees the whole old or the whole new object.
 *
 * Errors: `ObjectNotFoundError`, `PreconditionFailedError` (also: the generation that was to be read is gone), `StoreFullError`, `InvalidKeyError`; others are operational
 * and may be tried again.
 */
export interface ObjectStore extends AsyncDisposable {
  put(key: string, body: PutBody, options?: PutOptions): Promise<StoredObject>;
  /** Null when there is no such object. */
  head(key: string): Promise<StoredObject | null>;
  read(key: string, options?: ReadOptions): Promise<{ object: StoredObject; body: Readable }>;
  /** Objects whose keys begin with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /**
   * What lies one level below `prefix` (which ends in `/`) and holds objects: prefixes that end in `/` themselves, in key order, those after
   * `after` when it is given.
   */
  folders(prefix: string, options?: { after?: string }): AsyncIterable<string>;
  /** True if there was something to delete. */
  delete(key: string): Promise<boolean>;
  /** Deletes everything below `prefix` (which ends in `/`); returns how many objects. */
  deletePrefix(prefix: string): Promise<number>;
  /** Moves a finished local file into the store, by rename where that is possible; the file is gone afterwards. */
  adopt(key: string, path: string, options?: PutOptions): Promise<StoredObject>;
  /** The file that is the object, or would be if there were one: to be read only. Null where the store is not on this machine. */
  localPath(key: string): string | null;
  /** Where an upload into this store is kept until it is whole: to be read only. Null where the store is not on this machine. */
  arrivingPath(uploadId: string): string | null;
  /** The address at which players find the object. */
  publicUrl(key: string): string;
}
