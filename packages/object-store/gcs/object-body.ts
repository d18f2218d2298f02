import { Readable } from "node:stream";

/** An object's bytes as a stream that stops immediately when its reader leaves or `signal` aborts. */
export class ObjectBody extends Readable {
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #stop: AbortController;
  readonly #release: () => void;

  /** `stop` aborts with the stream and cancels the requests behind `pieces`. */
  constructor(pieces: AsyncGenerator<Uint8Array>, stop: AbortController, signal?: AbortSignal) {
    super({ highWaterMark: 256 * 1024 });
    this.#pieces = pieces;
    this.#stop = stop;
    const abort = () => this.destroy(asError(signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    this.#release = () => signal?.removeEventListener("abort", abort);
    // An error between two reads reaches the next read, not the process.
    this.on("error", () => {});
    if (signal?.aborted) abort();
  }

  override _read(): void {
    this.#pieces.next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error: unknown) => this.destroy(asError(error)),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#release();
    this.#stop.abort(error ?? new Error("The reader stopped early."));
    callback(error);
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
