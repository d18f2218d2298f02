import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type ObjectStore, PreconditionFailedError } from "@reelay/object-store";
import { retriableError } from "../../errors.ts";
import { retryStore } from "../../store/index.ts";
import type { Download } from "../fetch/index.ts";
import type { SourceReader } from "./source-reader.ts";

export interface Stored {
  /** False: another attempt stored it first, and its bytes stay. */
  isOurs: boolean;
}

interface Options {
  store: ObjectStore;
  key: string;
  /** File of the download. Removed afterwards if the store is local. */
  path: string;
  download: Download;
  signal: AbortSignal;
}

/** Waits for the download to complete and stores its file as the object. */
export async function storeDownloaded({ store, key, path, download, signal }: Options): Promise<Stored> {
  await download.done;
  const options = putOptions(download, signal);
  return unlessThere(() =>
    retryStore(`store ${key}`, signal, () =>
      store.localPath(key) === null ? store.put(key, { path }, options) : store.adopt(key, path, options),
    ),
  );
}

/**
 * Uploads a download to a remote store while it arrives. A failed try starts again with the bytes present by
 * then.
 */
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
 * All attempts share the key, so only the first creates it: a slow or suspended attempt must not change the
 * bytes that others render. If this attempt's bytes are the same, it continues. Otherwise this rejects with a
 * retriable `RenderError`, and the next attempt uses the stored bytes.
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
    "Another attempt stored the source first, and its URL returned different bytes then. Another attempt renders those.",
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
