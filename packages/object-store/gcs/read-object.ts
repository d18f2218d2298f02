import { Readable } from "node:stream";
import { ObjectNotFoundError, PreconditionFailedError } from "../errors.ts";
import type { ReadOptions, StoredObject } from "../object-store.ts";
import type { GcsClient } from "./client.ts";
import { type ByteRange, Download } from "./download.ts";
import { lookUp } from "./look-up.ts";
import { type GcsObject, parseMetadata } from "./metadata.ts";

export async function headObject(
  gcs: GcsClient,
  key: string,
  signal?: AbortSignal,
): Promise<GcsObject | null> {
  const metadata = await lookUp(gcs, key, signal);
  return metadata === null ? null : parseMetadata(key, metadata);
}

/** Metadata and bytes of one generation. Starts over when the object is replaced in between. */
export async function readObject(
  gcs: GcsClient,
  key: string,
  options: ReadOptions,
): Promise<{ object: StoredObject; body: Readable }> {
  const { of, signal } = options;
  if (of !== undefined) {
    signal?.throwIfAborted();
    const body = await openBody(gcs, of, options);
    if (body === null) throw new PreconditionFailedError(key, of.generation);
    return { object: of, body };
  }
  for (;;) {
    signal?.throwIfAborted();
    const object = await headObject(gcs, key, signal);
    if (object === null) throw new ObjectNotFoundError(key);
    const body = await openBody(gcs, object, options);
    if (body !== null) return { object, body };
  }
}

/** Null when that generation no longer exists. */
async function openBody(
  gcs: GcsClient,
  object: StoredObject,
  { start = 0, end, signal }: ReadOptions,
): Promise<Readable | null> {
  const last = Math.min(end ?? Number.POSITIVE_INFINITY, object.sizeBytes - 1);
  if (start > last) return Readable.from([]);
  const range: ByteRange = { first: start, last, isWhole: start === 0 && last === object.sizeBytes - 1 };
  const stop = new AbortController();
  const download = new Download(gcs, object, range, stop.signal);
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    if (!(await download.open())) return null;
    return new ObjectBody(download.pieces(), stop, signal);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** An object's bytes as a stream that stops immediately when its reader leaves or `signal` aborts. */
class ObjectBody extends Readable {
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
