import type { GetFilesOptions } from "@google-cloud/storage";
import { cacheControlOf } from "./cache-control.ts";
import { StoreUnavailableError } from "./errors.ts";
import { type Chunk, isReplayable, toChunks } from "./gcs/chunks.ts";
import { GcsClient } from "./gcs/client.ts";
import { type GcsObject, parseMetadata, parsePrefixes } from "./gcs/metadata.ts";
import { type RetryPolicy, retryPolicy } from "./gcs/plan-retry.ts";
import { headObject, readObject } from "./gcs/read-object.ts";
import { NOT_FOUND, PRECONDITION_FAILED, statusOf } from "./gcs/request-error.ts";
import { openSession } from "./gcs/upload-session.ts";
import { writeAtOnce } from "./gcs/write-at-once.ts";
import { LostUploadError, writeInChunks } from "./gcs/write-in-chunks.ts";
import { assertKeyFolder, assertKeyPrefix, assertObjectKey } from "./object-key.ts";
import type { ObjectStore, PutBody, PutOptions } from "./object-store.ts";
import { withoutFiles } from "./without-files.ts";

interface GcsObjectStoreOptions {
  bucket: string;
  /** Default: the project of the credentials. */
  projectId?: string;
  /** Address of an emulator. Requests to it carry no credentials. Example: `http://localhost:4443`. */
  apiEndpoint?: string;
  /**
   * Public address of the bucket (a CDN, for example), ending in `/`. Default: the storage service's own
   * address.
   */
  publicBaseUrl?: string;
  /** Overrides the default limits of every operation. */
  retry?: Partial<RetryPolicy>;
}

/** Uploads that a browser sends directly to the store. */
export interface ResumableUploads {
  /**
   * The URI of a session that accepts exactly `sizeBytes` bytes for a key that must not exist yet. The URI
   * itself is the authorization and expires after a week. Send chunks of n × 256 KiB. `origin`: the site
   * whose pages may use it.
   */
  createResumableUpload(
    key: string,
    options: { sizeBytes: number; contentType: string; origin?: string },
  ): Promise<string>;
}

const DELETIONS_AT_ONCE = 16;

/** Stores objects in a Google Cloud Storage bucket, with credentials from the environment. */
export function createGcsObjectStore(options: GcsObjectStoreOptions): ObjectStore & ResumableUploads {
  const { projectId, apiEndpoint } = options;
  const gcs = new GcsClient(
    options.bucket,
    { ...(projectId !== undefined && { projectId }), ...(apiEndpoint !== undefined && { apiEndpoint }) },
    { ...retryPolicy, ...options.retry },
  );
  const baseUrl =
    options.publicBaseUrl ?? `${apiEndpoint ?? "https://storage.googleapis.com"}/${options.bucket}/`;

  async function put(key: string, body: PutBody, options: PutOptions = {}): Promise<GcsObject> {
    assertObjectKey(key);
    return writeObject(gcs, key, body, options);
  }

  return {
    put,
    async head(key) {
      assertObjectKey(key);
      return headObject(gcs, key);
    },
    async read(key, options = {}) {
      assertObjectKey(key);
      return readObject(gcs, key, options);
    },
    list(prefix) {
      assertKeyPrefix(prefix);
      return listObjects(gcs, prefix);
    },
    folders(prefix, { after } = {}) {
      assertKeyFolder(prefix);
      return listFolders(gcs, prefix, after);
    },
    async delete(key) {
      assertObjectKey(key);
      return removeObject(gcs, key);
    },
    async deletePrefix(prefix) {
      assertKeyFolder(prefix);
      let count = 0;
      const objects = listObjects(gcs, prefix);
      const work = async () => {
        for await (const { key, generation } of { [Symbol.asyncIterator]: () => objects }) {
          if (await removeObject(gcs, key, generation)) count++;
        }
      };
      await Promise.all(Array.from({ length: DELETIONS_AT_ONCE }, work));
      return count;
    },
    ...withoutFiles(put, baseUrl),
    async createResumableUpload(key, { sizeBytes, contentType, origin }) {
      assertObjectKey(key);
      return openSession(gcs, key, {
        metadata: { contentType, cacheControl: cacheControlOf(key) },
        ifGenerationMatch: "0",
        sizeBytes,
        origin,
      });
    },
    [Symbol.asyncDispose]: () => gcs[Symbol.asyncDispose](),
  };
}

/** Objects whose keys begin with `prefix`, in key order. */
async function* listObjects(gcs: GcsClient, prefix: string): AsyncGenerator<GcsObject> {
  for await (const { files } of pages(gcs, { prefix })) {
    for (const { name, metadata } of files) yield parseMetadata(name, metadata);
  }
}

/** Prefixes one level below `prefix`, in key order. */
async function* listFolders(gcs: GcsClient, prefix: string, after?: string): AsyncGenerator<string> {
  // All keys below the folder `after` sort before this offset.
  const startOffset = after === undefined ? {} : { startOffset: `${after}\u{10FFFF}` };
  for await (const { response } of pages(gcs, { prefix, delimiter: "/", ...startOffset })) {
    yield* parsePrefixes(response);
  }
}

/** One request per page, so that a failed one is retried alone. */
async function* pages(gcs: GcsClient, query: GetFilesOptions & { prefix: string }) {
  let pageToken: string | undefined;
  do {
    const page = pageToken === undefined ? {} : { pageToken };
    const [files, next, response] = await gcs.retry("list", query.prefix, undefined, () =>
      gcs.bucket.getFiles({ ...query, ...page, autoPaginate: false }),
    );
    yield { files, response };
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken !== undefined);
}

/**
 * True if an object was removed. Each request names the generation, so that a repeated or late request cannot
 * remove a newer object. An object that is replaced meanwhile is removed nevertheless.
 *
 * @param generation the generation that the caller knows, if any.
 */
async function removeObject(gcs: GcsClient, key: string, generation?: string): Promise<boolean> {
  for (let known = generation; ; known = undefined) {
    known ??= (await headObject(gcs, key))?.generation;
    if (known === undefined) return false;
    const outcome = await removeGeneration(gcs, key, known);
    gcs.generations.remember(key, null);
    if (outcome !== "replaced") return outcome === "removed";
  }
}

async function removeGeneration(gcs: GcsClient, key: string, ifGenerationMatch: string) {
  // An earlier failed request may have removed the object.
  let isRepeat = false;
  return gcs.retry("remove", key, undefined, async () => {
    try {
      await gcs.bucket.file(key).delete({ ifGenerationMatch });
      return "removed";
    } catch (error) {
      const status = statusOf(error);
      if (status === NOT_FOUND) return isRepeat ? "removed" : "gone";
      if (status === PRECONDITION_FAILED) return isRepeat ? "removed" : "replaced";
      isRepeat = true;
      throw error;
    }
  });
}

const PASSES = 3;

/** Writes the whole object or nothing, even when requests or answers are lost. */
async function writeObject(
  gcs: GcsClient,
  key: string,
  body: PutBody,
  options: PutOptions,
): Promise<GcsObject> {
  for (let pass = 1; ; pass += 1) {
    options.signal?.throwIfAborted();
    const chunks = toChunks(body, options.signal);
    try {
      const first = (await chunks.next()).value as Chunk;
      return await (first.isLast
        ? writeAtOnce(gcs, key, first.parts, options)
        : writeInChunks(gcs, key, { first, chunks }, options));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof LostUploadError)) throw error;
      if (!isReplayable(body) || pass === PASSES) {
        throw new StoreUnavailableError(error.message, { retryAfterMs: null, cause: error });
      }
    } finally {
      await chunks.return(undefined);
    }
  }
}
