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

const tries = 6;

/** A source in a store that is not on this machine: read by ranges of the one generation that was found. */
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
            `The source "${object.key}" was removed from the object store, or replaced, while it was read; upload it again.`,
            undefined,
            error,
          );
        }
        // A store that has retried by itself has been patient enough.
        if (tried >= tries || error instanceof StoreUnavailableError) {
          const cause = error instanceof Error ? error.message : String(error);
          throw retriableError(
            "STORAGE",
            "STORE_UNAVAILABLE",
            `The object store did not give the bytes of ${object.key} in ${tried} tries (last answer: ${cause.slice(0, 500)}).`,
            undefined,
            error,
          );
        }
        return backoffMs(tried, 200, 5_000);
      },
    },
    options,
  );
