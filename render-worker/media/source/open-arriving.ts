import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { Growth } from "../fetch/index.ts";
import { createGrowingReader } from "./growing-reader.ts";
import type { OpenOptions, OpenSource } from "./open-source.ts";
import { serveSource } from "./source-server.ts";

/**
 * The beginning of a source that is still being uploaded into a local store, as a file that ends with the
 * bytes present now. It never waits for more, so a paused upload holds no worker. Stays valid however the
 * upload ends. Null if there is none (any more).
 */
export async function openArriving(
  { key, uploadId, sizeBytes: wholeBytes }: { key: string; uploadId: string; sizeBytes: number },
  { jail, store, signal }: OpenOptions,
): Promise<OpenSource | null> {
  const path = store.arrivingPath(uploadId);
  const handle = path === null ? null : await openIfThere(path);
  if (handle === null) return null;
  await using resources = new AsyncDisposableStack();
  resources.use(handle);
  const { size: sizeBytes } = await handle.stat();
  const growth = new Growth();
  growth.grow(sizeBytes);
  const reader = createGrowingReader({ handle, growth, sizeBytes, far: null });
  const failure = new AbortController();
  const reading = AbortSignal.any([signal, failure.signal]);
  const server = resources.use(
    await serveSource(reader, {
      jail,
      filename: basename(key),
      signal: reading,
      onFailed: (error) => failure.abort(error),
    }),
  );
  const held = resources.move();
  return {
    ...{ key, sizeBytes, reader },
    contentType: null,
    input: server.url,
    access: server.access,
    signal: reading,
    generation: null,
    beginningOf: { sizeBytes: wholeBytes },
    isStored: () => false,
    stored: () => Promise.reject(new Error(`The upload of source "${key}" is not complete.`)),
    hash: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
