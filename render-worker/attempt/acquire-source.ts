import { stat } from "node:fs/promises";
import type { SourceRef } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
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
  const { store, signal, limits } = options;
  const stored = await retryStore(`look up ${source.key}`, signal, () => store.head(source.key));
  if (!stored && source.kind === "url") return fetchAndStore(source, options);
  if (!stored) {
    throw retriableError(
      "STORAGE",
      "SOURCE_MISSING",
      `The source "${source.key}" is not in the object store; upload it again.`,
    );
  }
  assertSize(stored.sizeBytes, limits);
  const { path } = await retryStore(`read ${source.key}`, signal, () =>
    store.toLocalFile(source.key, { directory: options.directory, signal }),
  );
  return { key: source.key, path, sizeBytes: stored.sizeBytes, contentType: stored.contentType };
}

async function fetchAndStore(
  source: { url: string; key: string },
  { store, directory, limits, fetch, signal }: AcquireOptions,
): Promise<AcquiredSource> {
  const path = `${directory}/source`;
  const { contentType } = await fetchSource(source.url, {
    path,
    maxBytes: limits.sourceBytes,
    policy: fetch,
    signal,
  });
  const { size: sizeBytes } = await stat(path);
  assertSize(sizeBytes, limits);
  await retryStore(`store ${source.key}`, signal, () =>
    store.put(source.key, { path }, { ...(contentType ? { contentType } : {}), signal }),
  );
  return { key: source.key, path, sizeBytes, contentType };
}

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
