import { StoreUnavailableError } from "../errors.ts";
import type { PutBody, PutOptions } from "../object-store.ts";
import { type Chunk, isReplayable, toChunks } from "./chunks.ts";
import type { GcsClient } from "./client.ts";
import type { GcsObject } from "./metadata.ts";
import { writeAtOnce } from "./write-at-once.ts";
import { LostUploadError, writeInChunks } from "./write-in-chunks.ts";

const PASSES = 3;

/** Writes the whole object or nothing, even when requests or answers are lost. */
export async function writeObject(
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
