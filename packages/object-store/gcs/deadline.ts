/**
 * A signal that aborts with an outer signal or when its time is up. Disposing it removes the timer and the
 * listener.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #release: () => void;

  /** `expired` creates the abort reason for the timeout. */
  constructor(afterMs: number, expired: () => Error, outer?: AbortSignal) {
    this.#timer = setTimeout(() => this.#controller.abort(expired()), afterMs);
    const follow = () => this.#controller.abort(outer?.reason);
    outer?.addEventListener("abort", follow, { once: true });
    this.#release = () => outer?.removeEventListener("abort", follow);
    if (outer?.aborted) follow();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the timer; the outer signal still applies. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.stopTimer();
    this.#release();
  }
}

/** Resolves with `promise`, or rejects with the signal's reason as soon as it aborts. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  // The loser of the race must not become an unhandled rejection.
  aborted.promise.catch(() => {});
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
