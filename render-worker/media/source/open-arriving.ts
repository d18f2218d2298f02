import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { Growth } from "../fetch/index.ts";
import { createGrowingReader } from "./growing-reader.ts";
import type { OpenOptions, OpenSource } from "./open-source.ts";
import { serveSource } from "./source-server.ts";

/**
 * The beginning of a source that is still being uploaded into a store on this machine: what is there now, as a file that ends there. Nobody waits for
 * more, so an upload that pauses holds no worker. Stays good when the upload ends meanwhile, however it does. Null where there is none (any more).
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
    stored: () => Promise.reject(new Error(`The source "${key}" is only there in part.`)),
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
