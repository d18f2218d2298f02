import { rm, stat } from "node:fs/promises";
import type { SourceRef } from "@reelay/contracts";
import { type ObjectStore, PreconditionFailedError, type StoredObject } from "@reelay/object-store";
import { inputError, retriableError } from "../errors.ts";
import { type FetchPolicy, fetchSource } from "../fetch/fetch-source.ts";
import { retryStore } from "../hls/retry-store.ts";

/** The source as a file on this machine, and as the object that it is stored under. */
export interface AcquiredSource {
  key: string;
  path: string;
  sizeBytes: number;
  contentType: string | null;
}

export interface AcquireOptions {
  store: ObjectStore;
  /** For a copy, where the store is not on this machine. */
  directory: string;
  limits: { sourceBytes: number };
  fetch: FetchPolicy;
  signal: AbortSignal;
}

/** Brings the source onto this machine; one that is given as a URL is fetched and stored first, unless an earlier attempt did. */
export async function acquireSource(source: SourceRef, options: AcquireOptions): Promise<AcquiredSource> {
  const { store, signal } = options;
  const stored = await retryStore(`look up ${source.key}`, signal, () => store.head(source.key));
  if (!stored && source.kind === "url") return fetchAndStore(source, options);
  if (!stored) throw sourceMissing(source.key);
  return takeStored(stored, options);
}

async function takeStored(
  stored: StoredObject,
  { store, directory, signal, limits }: AcquireOptions,
): Promise<AcquiredSource> {
  const { key, sizeBytes, contentType } = stored;
  assertSize(sizeBytes, limits);
  const { path } = await retryStore(`read ${key}`, signal, () =>
    store.toLocalFile(key, { directory, signal }),
  );
  return { key, path, sizeBytes, contentType };
}

/**
 * The key is common to all attempts, so only the first creates it: one that was overtaken, or that sleeps and wakes up, must not change the
 * bytes that others rendered. It takes those that are there in place of its own, whatever the address gave it. No further check is
 * needed: an object is written whole or not at all.
 */
async function fetchAndStore(
  source: { url: string; key: string },
  options: AcquireOptions,
): Promise<AcquiredSource> {
  const { store, directory, limits, fetch, signal } = options;
  const path = `${directory}/source`;
  const { contentType } = await fetchSource(source.url, {
    path,
    maxBytes: limits.sourceBytes,
    policy: fetch,
    signal,
  });
  const { size: sizeBytes } = await stat(path);
  assertSize(sizeBytes, limits);
  const created = await retryStore(`store ${source.key}`, signal, () =>
    store
      .put(source.key, { path }, { ...(contentType ? { contentType } : {}), ifGenerationMatch: "0", signal })
      .catch((error: unknown) => {
        if (error instanceof PreconditionFailedError) return null;
        throw error;
      }),
  );
  if (created !== null) return { key: source.key, path, sizeBytes, contentType };
  const stored = await retryStore(`look up ${source.key}`, signal, () => store.head(source.key));
  await rm(path, { force: true });
  // Gone again: its video was deleted, and so will this attempt be.
  if (stored === null) throw sourceMissing(source.key);
  return await takeStored(stored, options);
}

const sourceMissing = (key: string) =>
  retriableError(
    "STORAGE",
    "SOURCE_MISSING",
    `The source "${key}" is not in the object store; upload it again.`,
  );

function assertSize(sizeBytes: number, limits: { sourceBytes: number }): void {
  if (sizeBytes === 0) {
    throw inputError(
      "SOURCE_EMPTY",
      "The source is an empty file (0 bytes); a video file was expected. Upload it again.",
    );
  }
  if (sizeBytes > limits.sourceBytes) {
    throw inputError(
      "SOURCE_TOO_LARGE",
      `The source has ${sizeBytes} bytes; at most ${limits.sourceBytes} are taken. Upload a smaller file, or raise MAX_SOURCE_BYTES.`,
    );
  }
}
