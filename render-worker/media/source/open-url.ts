import { basename, join } from "node:path";
import type { ObjectStore } from "@reelay/object-store";
import { backoffMs } from "@reelay/process";
import type { Jail } from "../../jail/index.ts";
import { beginDownload, type Download, type FetchPolicy } from "../fetch/index.ts";
import { assertSize } from "./assert-size.ts";
import type { BlockCache } from "./block-cache.ts";
import { createBlockReader } from "./block-reader.ts";
import { createGrowingReader } from "./growing-reader.ts";
import type { OpenSource } from "./open-source.ts";
import type { SourceReader } from "./source-reader.ts";
import { serveSource } from "./source-server.ts";
import { assertSameStored, storeDownloaded, storeMeanwhile } from "./store-download.ts";

export interface OpenUrlOptions {
  store: ObjectStore;
  /** Jail of the programs that read it. */
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** Folder of the downloaded file. */
  directory: string;
  limits: { sourceBytes: number };
  /** Room in the workspace's quota for a downloaded source. Default: unlimited. */
  maxSourceBytes?: number | undefined;
  fetch: FetchPolicy;
  signal: AbortSignal;
  onRead?: ((sizeBytes: number) => void) | undefined;
  /** For a source that is already stored. */
  cache?: BlockCache | undefined;
  assertRoom?: ((sizeBytes: number) => Promise<void>) | undefined;
}

/**
 * Opens a source from a URL as soon as its origin has answered; it is downloaded once and stored under its
 * key meanwhile. Null if the origin does not state the length, so that nothing can be read before the end:
 * then it has been downloaded and stored completely, or exists from another attempt, and the caller opens it.
 */
export async function openUrl(
  { url, key }: { url: string; key: string },
  options: OpenUrlOptions,
): Promise<OpenSource | null> {
  const { jail, store, signal, directory, limits } = options;
  const path = join(directory, "source");
  await using resources = new AsyncDisposableStack();
  const download = resources.use(
    await beginDownload(url, {
      ...options,
      path,
      maxBytes: limits.sourceBytes,
      roomBytes: options.maxSourceBytes,
      policy: options.fetch,
    }),
  );
  const { sizeBytes, contentType } = download.file;
  if (!sizeBytes) {
    assertSize((await download.done).sizeBytes, limits);
    await storeDownloaded({ store, key, path, download, signal });
    return null;
  }
  const failure = new AbortController();
  const reading = AbortSignal.any([signal, failure.signal]);
  const reader = createGrowingReader({
    ...{ handle: download.handle, growth: download.growth, sizeBytes },
    far: createFarReader(download, sizeBytes, reading, options.onRead),
  });
  const server = await serveSource(reader, {
    jail,
    filename: basename(key),
    signal: reading,
    onFailed: (error) => failure.abort(error),
  });
  resources.use(server);
  let isStored = false;
  const storing = storeIt().then(() => {
    isStored = true;
  });
  storing.catch((error: unknown) => failure.abort(error));
  const owned = resources.move();
  return {
    ...{ key, sizeBytes, contentType, reader },
    input: server.url,
    access: server.access,
    signal: reading,
    generation: null,
    isStored: () => isStored,
    stored: () => storing,
    hash: async () => `sha256:${(await download.done).sha256}`,
    async [Symbol.asyncDispose]() {
      failure.abort(new Error("The source was closed."));
      await storing.catch(() => undefined);
      await owned.disposeAsync();
    },
  };

  async function storeIt(): Promise<void> {
    const what = { store, key, path, download, signal: reading };
    const { isOurs } = await (store.localPath(key) === null
      ? storeMeanwhile(what, reader)
      : storeDownloaded(what));
    if (!isOurs) await assertSameStored(what);
  }
}

const TRIES = 2;

/**
 * Reads parts far ahead, such as an index at the end, with separate requests. Null if the origin supports no
 * ranges.
 */
function createFarReader(
  { origin, file }: Download,
  sizeBytes: number,
  signal: AbortSignal,
  onRead?: (sizeBytes: number) => void,
): SourceReader | null {
  const { validator } = file;
  if (validator === null) return null;
  return createBlockReader(
    {
      sizeBytes,
      open: (start, end, signal) => origin.openRange({ ...file, validator }, { start, end }, signal),
      beforeRetry(error, tried) {
        if (tried >= TRIES) throw error;
        return backoffMs(tried, 200, 2_000);
      },
    },
    { signal, blockBytes: 512 * 1024, ...(onRead && { onRead }) },
  );
}
