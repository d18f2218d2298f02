import {
  InvalidKeyError,
  ObjectNotFoundError,
  PreconditionFailedError,
  StoreFullError,
  StoreUnavailableError,
} from "@reelay/object-store";
import { backoffMs } from "@reelay/process";
import { RenderError, retriableError } from "../errors.ts";
import { sleep } from "../wait.ts";

const TRIES = 6;

/**
 * Calls the store with backoff until it responds, for about ten seconds. Throws a `RenderError`: `STORE_FULL`
 * immediately, `STORE_UNAVAILABLE` if it never responded; both are retriable. Other errors (not found, wrong
 * generation, invalid key) pass through.
 */
export async function retryStore<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (isAnswer(error)) throw error;
      if (error instanceof StoreFullError || (error as NodeJS.ErrnoException).code === "ENOSPC") {
        throw retriableError(
          "STORAGE",
          "STORE_FULL",
          `The object store has no room to ${what}. Free some space and try again.`,
          undefined,
          error,
        );
      }
      // A store that retries internally has waited long enough.
      if (tried + 1 >= TRIES || error instanceof StoreUnavailableError) {
        const cause = error instanceof Error ? error.message : String(error);
        throw retriableError(
          "STORAGE",
          "STORE_UNAVAILABLE",
          `The object store did not ${what} in ${tried + 1} tries (last error: ${cause.slice(0, 500)}).`,
          undefined,
          error,
        );
      }
      await sleep(backoffMs(tried, 200, 5_000), signal);
    }
  }
}

const isAnswer = (error: unknown): boolean =>
  error instanceof RenderError ||
  error instanceof ObjectNotFoundError ||
  error instanceof PreconditionFailedError ||
  error instanceof InvalidKeyError;
