import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type ObjectStore, PreconditionFailedError } from "@reelay/object-store";
import { retriableError } from "../../errors.ts";
import { retryStore } from "../../store/index.ts";
import type { Download } from "../fetch/index.ts";
import type { SourceReader } from "./source-reader.ts";

export interface Stored {
  /** False: another attempt was first, and its bytes stay. */
  isOurs: boolean;
}

interface Options {
  store: ObjectStore;
  key: string;
  /** The file that is downloaded into; gone afterwards where the store is on this machine. */
  path: string;
  download: Download;
  signal: AbortSignal;
}

/** Waits for the whole of a download and makes its file the object. */
export async function storeDownloaded({ store, key, path, download, signal }: Options): Promise<Stored> {
  await download.done;
  const options = putOptions(download, signal);
  return unlessThere(() =>
    retryStore(`store ${key}`, signal, () =>
      store.localPath(key) === null ? store.put(key, { path }, options) : store.adopt(key, path, options),
    ),
  );
}

/** Sends a download on to a store that is elsewhere while it comes. A try that fails begins again, with what is there by then. */
export async function storeMeanwhile(
  { store, key, download, signal }: Omit<Options, "path">,
  reader: SourceReader,
): Promise<Stored> {
  return unlessThere(() =>
    retryStore(`store ${key}`, signal, () =>
      store.put(key, Readable.from(reader.read(0, reader.sizeBytes, signal)), putOptions(download, signal)),
    ),
  );
}

/**
 * The key is common to all attempts, so only the first creates it: one that was overtaken, or that sleeps and wakes up, must not change the bytes that
 * others render. This attempt has rendered its own: fine if they are the same. Rejects with a retriable `RenderError` if not: the next one takes those
 * that are there.
 */
export async function assertSameStored({
  store,
  key,
  download,
  signal,
}: Omit<Options, "path">): Promise<void> {
  const { sizeBytes, sha256 } = await download.done;
  const theirs = await retryStore(`read ${key}`, signal, async () => {
    const { object, body } = await store.read(key, { signal });
    if (object.sizeBytes !== sizeBytes) {
      body.destroy();
      return null;
    }
    const hash = createHash("sha256");
    for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest("hex");
  });
  if (theirs === sha256) return;
  throw retriableError(
    "INPUT",
    "SOURCE_URL_CHANGED",
    "Another attempt stored the source first, and its URL gave other bytes then; those are rendered, by another attempt.",
  );
}

const putOptions = ({ file: { contentType } }: Download, signal: AbortSignal) => ({
  ...(contentType !== null && { contentType }),
  ifGenerationMatch: "0",
  signal,
});

async function unlessThere(put: () => Promise<unknown>): Promise<Stored> {
  try {
    await put();
    return { isOurs: true };
  } catch (error) {
    if (error instanceof PreconditionFailedError) return { isOurs: false };
    throw error;
  }
}
