/** No object lies under the key. */
export class ObjectNotFoundError extends Error {
  readonly code = "OBJECT_NOT_FOUND";
  readonly key: string;
  constructor(key: string) {
    super(`Object "${key}" does not exist in the store.`);
    this.key = key;
  }
}

/** The object was not at the expected generation: someone else wrote it. */
export class PreconditionFailedError extends Error {
  readonly code = "PRECONDITION_FAILED";
  readonly key: string;
  constructor(key: string, expectedGeneration: string) {
    super(
      expectedGeneration === "0"
        ? `Object "${key}" exists already; it was to be written only if it did not.`
        : `Object "${key}" is no longer at generation ${expectedGeneration}; read it again before writing.`,
    );
    this.key = key;
  }
}

/** The store has no room left. */
export class StoreFullError extends Error {
  readonly code = "STORE_FULL";
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`The store has no room for "${key}": free some space and try again.`, options);
    this.key = key;
  }
}

/** The store did not do it within the limits of tries and time. The operation may or may not have taken effect; repeating it is safe. */
export class StoreUnavailableError extends Error {
  readonly code = "STORE_UNAVAILABLE";
  /** Pause that the store asked for; null when it named none. */
  readonly retryAfterMs: number | null;
  constructor(message: string, { retryAfterMs, cause }: { retryAfterMs: number | null; cause: unknown }) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The key is not one that every store can hold. */
export class InvalidKeyError extends Error {
  readonly code = "INVALID_KEY";
  readonly key: string;
  constructor(key: string, reason: string) {
    super(`Key ${JSON.stringify(key)} ${reason}.`);
    this.key = key;
  }
}
