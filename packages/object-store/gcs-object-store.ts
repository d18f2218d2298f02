import { rm } from "node:fs/promises";
import { cacheControlOf } from "./cache-control.ts";
import { GcsClient } from "./gcs/client.ts";
import { listFolders, listObjects } from "./gcs/list-objects.ts";
import { RETRY_POLICY, type RetryPolicy } from "./gcs/plan-retry.ts";
import { headObject, readObject } from "./gcs/read-object.ts";
import { removeObject } from "./gcs/remove-object.ts";
import { openSession } from "./gcs/upload-session.ts";
import { writeObject } from "./gcs/write-object.ts";
import { assertKeyFolder, assertKeyPrefix, assertObjectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { publicUrlOf } from "./public-url.ts";

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
    { ...RETRY_POLICY, ...options.retry },
  );
  const baseUrl =
    options.publicBaseUrl ?? `${apiEndpoint ?? "https://storage.googleapis.com"}/${options.bucket}/`;

  const store: ObjectStore & ResumableUploads = {
    async put(key, body, options = {}) {
      assertObjectKey(key);
      return writeObject(gcs, key, body, options);
    },
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
    async adopt(key, path, options) {
      const object = await store.put(key, { path }, options);
      await rm(path, { force: true });
      return object;
    },
    localPath(key) {
      assertObjectKey(key);
      return null;
    },
    arrivingPath: () => null,
    publicUrl(key) {
      assertObjectKey(key);
      return publicUrlOf(baseUrl, key);
    },
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
  return store;
}
