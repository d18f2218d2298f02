import { rm } from "node:fs/promises";
import { IdempotencyStrategy, Storage } from "@google-cloud/storage";
import { notFound, parseMetadata, parsePrefixes, statusOf } from "./gcs/metadata.ts";
import { headObject, readObject } from "./gcs/read-object.ts";
import { writeObject } from "./gcs/write-object.ts";
import { assertKeyFolder, assertKeyPrefix, assertObjectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { publicUrlOf } from "./public-url.ts";

export interface GcsObjectStoreOptions {
  bucket: string;
  /** Default: that of the credentials. */
  projectId?: string;
  /** An emulator's address; requests to it carry no credentials. Example: `http://localhost:4443`. */
  apiEndpoint?: string;
  /** Where players find the bucket (a CDN, say), ending in `/`. Default: the storage service's own address. */
  publicBaseUrl?: string;
}

/** Uploads that a browser sends straight to the store. */
export interface ResumableUploads {
  /**
   * The URI of a session that takes exactly `sizeBytes` bytes for a key that must not exist yet. It is its own authorisation and lasts a
   * week. Send chunks of n × 256 KiB. `origin`: the site whose pages may use it.
   */
  createResumableUpload(
    key: string,
    options: { sizeBytes: number; contentType: string; origin?: string },
  ): Promise<string>;
}

const deletionsAtOnce = 16;

/** Keeps objects in a Google Cloud Storage bucket, with the credentials that the environment provides. */
export function createGcsObjectStore(options: GcsObjectStoreOptions): ObjectStore & ResumableUploads {
  const { projectId, apiEndpoint } = options;
  const storage = new Storage({
    ...(projectId !== undefined && { projectId }),
    ...(apiEndpoint !== undefined && { apiEndpoint }),
    // Every write here may be repeated: see writeObject.
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways },
  });
  const bucket = storage.bucket(options.bucket);
  const baseUrl =
    options.publicBaseUrl ?? `${apiEndpoint ?? "https://storage.googleapis.com"}/${options.bucket}/`;

  async function remove(key: string): Promise<boolean> {
    try {
      await bucket.file(key).delete();
      return true;
    } catch (error) {
      if (statusOf(error) === notFound) return false;
      throw error;
    }
  }

  async function* list(prefix: string) {
    assertKeyPrefix(prefix);
    for await (const file of bucket.getFilesStream({ prefix })) yield parseMetadata(file.name, file.metadata);
  }

  const store: ObjectStore & ResumableUploads = {
    async put(key, body, options = {}) {
      assertObjectKey(key);
      return writeObject(bucket, key, body, options);
    },
    async head(key) {
      assertObjectKey(key);
      return headObject(bucket, key);
    },
    async read(key, options = {}) {
      assertObjectKey(key);
      return readObject(bucket, key, options);
    },
    list,
    async *folders(prefix, { after } = {}) {
      assertKeyFolder(prefix);
      // Everything below the folder `after` sorts before this.
      const startOffset = after === undefined ? {} : { startOffset: `${after}\u{10FFFF}` };
      let pageToken: string | undefined;
      do {
        const [, next, response] = await bucket.getFiles({
          ...{ prefix, delimiter: "/", autoPaginate: false, ...startOffset },
          ...(pageToken !== undefined && { pageToken }),
        });
        yield* parsePrefixes(response);
        pageToken = (next as { pageToken?: string } | null)?.pageToken;
      } while (pageToken !== undefined);
    },
    async delete(key) {
      assertObjectKey(key);
      return remove(key);
    },
    async deletePrefix(prefix) {
      assertKeyFolder(prefix);
      let count = 0;
      const keys = list(prefix);
      const work = async () => {
        for await (const { key } of { [Symbol.asyncIterator]: () => keys }) if (await remove(key)) count++;
      };
      await Promise.all(Array.from({ length: deletionsAtOnce }, work));
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
      const [uri] = await bucket.file(key).createResumableUpload({
        metadata: { contentType, contentLength: sizeBytes },
        preconditionOpts: { ifGenerationMatch: 0 },
        ...(origin !== undefined && { origin }),
      });
      return uri;
    },
    async [Symbol.asyncDispose]() {
      // The client holds no connection that outlives its requests.
    },
  };
  return store;
}
