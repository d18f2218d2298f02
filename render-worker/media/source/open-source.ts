import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { ObjectStore, StoredObject } from "@reelay/object-store";
import type { Jail } from "../../jail/index.ts";
import type { Access } from "../../programs/index.ts";
import type { BlockCache } from "./block-cache.ts";
import { createFileReader } from "./file-reader.ts";
import type { SourceReader } from "./source-reader.ts";
import { serveSource } from "./source-server.ts";
import { createStoreReader } from "./store-reader.ts";

/** A source that ffmpeg and the worker can read until it is disposed. */
export interface OpenSource extends AsyncDisposable {
  key: string;
  sizeBytes: number;
  contentType: string | null;
  /** Input for ffmpeg and ffprobe: `file:…`, or an address of the worker's source server. */
  input: string;
  /** Access that a jailed program needs to read it. */
  access: Pick<Access, "readable" | "source">;
  reader: SourceReader;
  /**
   * Signal for all work on this source: aborts with the attempt, and with a `RenderError` if the source
   * becomes unreadable.
   */
  signal: AbortSignal;
  /** Generation of the object in the store; null while it is being stored. */
  generation: string | null;
  /**
   * Set for the beginning of a running upload: `sizeBytes` are present, of this final size. Null: the whole
   * source.
   */
  beginningOf?: { sizeBytes: number };
  /** Whether the whole source is in the store, for others to read. */
  isStored(): boolean;
  /** Settles once it is; rejects with a `RenderError`. Output is valid only after this. */
  stored(): Promise<void>;
  /**
   * Hash of the source: `sha256:…` in hex for local files, else the store's own checksum, `md5:…` or
   * `crc32c:…`.
   */
  hash(): Promise<string | null>;
  /** Hint that nothing beyond this byte will be needed. Stops prefetching there. */
  needsUpTo?(at: number): void;
}

export interface OpenOptions {
  store: ObjectStore;
  /** Jail of the programs that read it. */
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** Called with the number of bytes from a remote store. */
  onRead?: ((sizeBytes: number) => void) | undefined;
  /** Cache of remote sources. Default: none. */
  cache?: BlockCache | undefined;
  signal: AbortSignal;
  /** Converts the error that makes it unreadable. Default: stays as it is. */
  explain?: ((error: unknown) => unknown) | undefined;
}

/**
 * Opens an object of the store. ffmpeg reads a local store's file directly, and others by ranges through the
 * worker.
 */
export async function openStored(object: StoredObject, options: OpenOptions): Promise<OpenSource> {
  const { jail, store, signal, onRead, cache, explain = (error) => error } = options;
  const { key, sizeBytes, contentType } = object;
  const path = store.localPath(key);
  if (path !== null) {
    const reader = createFileReader(path, sizeBytes);
    return {
      ...{ key, sizeBytes, contentType, reader, signal },
      input: `file:${path}`,
      access: { readable: [path] },
      generation: object.generation,
      isStored: () => true,
      stored: () => Promise.resolve(),
      hash: () => sha256(reader, signal),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const ending = new AbortController();
  const failure = new AbortController();
  const reading = AbortSignal.any([signal, failure.signal]);
  const reader = createStoreReader(store, object, {
    signal: AbortSignal.any([reading, ending.signal]),
    ...(onRead && { onRead }),
    ...(cache && { blocks: cache.of(`${key}\n${object.generation}`) }),
  });
  const server = await serveSource(reader, {
    jail,
    filename: basename(key),
    signal: reading,
    onFailed: (error) => failure.abort(explain(error)),
  });
  return {
    ...{ key, sizeBytes, contentType, reader },
    input: server.url,
    access: server.access,
    signal: reading,
    generation: object.generation,
    isStored: () => true,
    stored: () => Promise.resolve(),
    hash: () => Promise.resolve(object.checksum),
    needsUpTo(at) {
      reader.aheadEnd = at;
    },
    async [Symbol.asyncDispose]() {
      ending.abort(new Error("The source was closed."));
      await server[Symbol.asyncDispose]();
    },
  };
}

async function sha256(reader: SourceReader, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of reader.read(0, reader.sizeBytes, signal)) hash.update(piece);
  return `sha256:${hash.digest("hex")}`;
}
