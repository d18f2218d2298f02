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
  /** Whose programs read it. */
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** For the file that it is fetched into. */
  directory: string;
  limits: { sourceBytes: number };
  /** What the workspace's quota has room for, of a source that is fetched. Default: any number. */
  maxSourceBytes?: number | undefined;
  fetch: FetchPolicy;
  signal: AbortSignal;
  onRead?: ((sizeBytes: number) => void) | undefined;
  /** For a source that is stored already. */
  cache?: BlockCache | undefined;
  assertRoom?: ((sizeBytes: number) => Promise<void>) | undefined;
}

/**
 * A source that is given as a URL: open as soon as its origin has answered, fetched once, and stored under its key meanwhile. Null where the origin does
 * not say how long the file is, which leaves nothing to be read before its end: then all of it was fetched and stored, or is there from another
 * attempt, for the caller to open.
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

const tries = 2;

/** Parts that are far from being there, such as an index at the end, come by a request of their own. Null where the origin gives none. */
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
        if (tried >= tries) throw error;
        return backoffMs(tried, 200, 2_000);
      },
    },
    { signal, blockBytes: 512 * 1024, ...(onRead && { onRead }) },
  );
}
