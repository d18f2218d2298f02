import type { Readable } from "node:stream";

/** Metadata of one object. */
export interface StoredObject {
  key: string;
  sizeBytes: number;
  contentType: string;
  /** Opaque; changes with every write. Use it with `ifGenerationMatch`. */
  generation: string;
  /** The store's own checksum with its algorithm: `md5:…` or `crc32c:…` in base64. Null if it keeps none. */
  checksum: string | null;
  /** The store's CRC-32C in base64; null if it keeps none, like the local store. */
  crc32c: string | null;
  updatedAt: Date;
}

export interface PutOptions {
  /** Default: by the key's extension. */
  contentType?: string;
  /** Controls how browsers present the object (RFC 6266). Default: inline. */
  contentDisposition?: string;
  /**
   * Write only if the object is at this generation; `"0"`: only if it does not exist. Otherwise rejects with
   * `PreconditionFailedError`.
   */
  ifGenerationMatch?: string;
  /**
   * Skip the wait for the disk: a power cut may lose or empty the object. For objects that are soon written
   * again. Default false.
   */
  mayBeLost?: boolean;
  signal?: AbortSignal;
}

export interface ReadOptions {
  /** First byte, inclusive. Default 0. */
  start?: number;
  /** Last byte, inclusive. Default and maximum: the end. A range past the end has an empty body. */
  end?: number;
  /**
   * Read exactly this generation of the object, as returned by `head` or `put`, without asking for its
   * metadata again.
   */
  of?: StoredObject;
  signal?: AbortSignal;
}

/** Bytes to write: in memory, a stream, or a local file (which remains the caller's). */
export type PutBody = Uint8Array | string | Readable | { path: string };

/**
 * Stores media objects under slash-separated keys. Writes are atomic: a reader sees the whole old or the
 * whole new object.
 *
 * Errors: `ObjectNotFoundError`, `PreconditionFailedError` (also when the requested generation no longer
 * exists), `StoreFullError`, `InvalidKeyError`. Others are operational and may be retried.
 */
export interface ObjectStore extends AsyncDisposable {
  put(key: string, body: PutBody, options?: PutOptions): Promise<StoredObject>;
  /** Null if the object does not exist. */
  head(key: string): Promise<StoredObject | null>;
  read(key: string, options?: ReadOptions): Promise<{ object: StoredObject; body: Readable }>;
  /** Objects whose keys begin with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /**
   * Non-empty folders one level below `prefix` (which ends in `/`), in key order, each ending in `/`; only
   * those after `after` if it is set.
   */
  folders(prefix: string, options?: { after?: string }): AsyncIterable<string>;
  /** True if the object existed. */
  delete(key: string): Promise<boolean>;
  /** Deletes all objects below `prefix` (which ends in `/`) and returns their number. */
  deletePrefix(prefix: string): Promise<number>;
  /** Moves a complete local file into the store, by rename if possible. The file is gone afterwards. */
  adopt(key: string, path: string, options?: PutOptions): Promise<StoredObject>;
  /** The object's file, whether or not it exists; read-only. Null if the store is not on this machine. */
  localPath(key: string): string | null;
  /**
   * The file of an incomplete upload into this store; read-only. Null if the store is not on this machine.
   */
  arrivingPath(uploadId: string): string | null;
  /** The address at which players find the object. */
  publicUrl(key: string): string;
}
