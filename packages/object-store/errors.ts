/** The store has no object under the key. */
export class ObjectNotFoundError extends Error {
  readonly code = "OBJECT_NOT_FOUND";
  readonly key: string;
  constructor(key: string) {
    super(`Object "${key}" does not exist in the store.`);
    this.key = key;
  }
}

/** The object was not at the expected generation: another writer replaced it. */
export class PreconditionFailedError extends Error {
  readonly code = "PRECONDITION_FAILED";
  readonly key: string;
  constructor(key: string, expectedGeneration: string) {
    super(
      expectedGeneration === "0"
        ? `Object "${key}" already exists, but the write required a new object.`
        : `Object "${key}" is no longer at generation ${expectedGeneration}; read it again before writing.`,
    );
    this.key = key;
  }
}

/** The store is out of space. */
export class StoreFullError extends Error {
  readonly code = "STORE_FULL";
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`The store has no space for "${key}": free some space and try again.`, options);
    this.key = key;
  }
}

/**
 * The store did not complete an operation within its limits of tries and time. It may or may not have taken
 * effect; repeating it is safe.
 */
export class StoreUnavailableError extends Error {
  readonly code = "STORE_UNAVAILABLE";
  /** The pause that the store asked for; null if it named none. */
  readonly retryAfterMs: number | null;
  constructor(message: string, { retryAfterMs, cause }: { retryAfterMs: number | null; cause: unknown }) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Not every store supports the key. */
export class InvalidKeyError extends Error {
  readonly code = "INVALID_KEY";
  readonly key: string;
  constructor(key: string, reason: string) {
    super(`Key ${JSON.stringify(key)} ${reason}.`);
    this.key = key;
  }
}
