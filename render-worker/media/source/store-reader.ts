import {
  ObjectNotFoundError,
  type ObjectStore,
  PreconditionFailedError,
  type StoredObject,
  StoreUnavailableError,
} from "@reelay/object-store";
import { backoffMs } from "@reelay/process";
import { retriableError } from "../../errors.ts";
import { type BlockReader, type BlockReaderOptions, createBlockReader } from "./block-reader.ts";

const TRIES = 6;

/** A source in a remote store, read by ranges of the generation that was found. */
export const createStoreReader = (
  store: Pick<ObjectStore, "read">,
  object: StoredObject,
  options: BlockReaderOptions,
): BlockReader =>
  createBlockReader(
    {
      sizeBytes: object.sizeBytes,
      async open(start, end, signal) {
        const { body } = await store.read(object.key, { of: object, start, end: end - 1, signal });
        return body;
      },
      beforeRetry(error, tried) {
        if (error instanceof ObjectNotFoundError || error instanceof PreconditionFailedError) {
          throw retriableError(
            "STORAGE",
            "SOURCE_MISSING",
            `The source "${object.key}" was removed from the object store, or replaced, while it was being read. Upload it again.`,
            undefined,
            error,
          );
        }
        // A store that retries internally has waited long enough.
        if (tried >= TRIES || error instanceof StoreUnavailableError) {
          const cause = error instanceof Error ? error.message : String(error);
          throw retriableError(
            "STORAGE",
            "STORE_UNAVAILABLE",
            `The object store did not return the bytes of ${object.key} in ${tried} tries (last error: ${cause.slice(0, 500)}).`,
            undefined,
            error,
          );
        }
        return backoffMs(tried, 200, 5_000);
      },
    },
    options,
  );
