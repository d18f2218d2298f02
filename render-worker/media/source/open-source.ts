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

/** A source that can be read, by ffmpeg and by the worker itself, until it is disposed. */
export interface OpenSource extends AsyncDisposable {
  key: string;
  sizeBytes: number;
  contentType: string | null;
  /** What ffmpeg and ffprobe are given: `file:…`, or an address of the worker's own source server. */
  input: string;
  /** What lets a jailed program read it. */
  access: Pick<Access, "readable" | "source">;
  reader: SourceReader;
  /** What whoever works from this source goes by: aborts with the attempt, and with a `RenderError` when the source cannot be read any more. */
  signal: AbortSignal;
  /** The object of the store that it is, by its generation; null while it is being stored. */
  generation: string | null;
  /** Only the beginning of a source that is still being uploaded: `sizeBytes` are there, of so many in the end. Null: it is the whole. */
  beginningOf?: { sizeBytes: number };
  /** Whether all of it is in the store, for others to read. */
  isStored(): boolean;
  /** Settles when it is; rejects with a `RenderError`. Nothing that was made from it is worth anything before. */
  stored(): Promise<void>;
  /** Which bytes these are: `sha256:…` in hex where they lie on this machine, else the store's own sum of them, `md5:…` or `crc32c:…`. */
  hash(): Promise<string | null>;
  /** Says that nothing beyond this byte will be needed, as far as one can tell: it is not fetched ahead. */
  needsUpTo?(at: number): void;
}

export interface OpenOptions {
  store: ObjectStore;
  /** Whose programs read it. */
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** Told of bytes that came from a store that is not on this machine. */
  onRead?: ((sizeBytes: number) => void) | undefined;
  /** What this worker's tasks have read of such a store. Default: nothing is kept. */
  cache?: BlockCache | undefined;
  signal: AbortSignal;
}

/** An object of the store: where that is on this machine ffmpeg reads the file itself, else by ranges through the worker. */
export async function openStored(object: StoredObject, options: OpenOptions): Promise<OpenSource> {
  const { jail, store, signal, onRead, cache } = options;
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
    onFailed: (error) => failure.abort(error),
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
