import type { Readable } from "node:stream";
import { CRC32C } from "@google-cloud/storage";
import { PreconditionFailedError } from "../errors.ts";
import type { StoredObject } from "../object-store.ts";
import type { GcsClient } from "./client.ts";
import type { Deadline } from "./deadline.ts";
import { GcsRequestError, NOT_FOUND, statusOf } from "./request-error.ts";
import type { Retries } from "./retries.ts";
import type { GcsResponse } from "./transport.ts";

export interface ByteRange {
  first: number;
  /** Inclusive. */
  last: number;
  isWhole: boolean;
}

/** A connection that delivers so little in so much time is too slow; another one is opened. */
const pace = { waitedMs: 20_000, leastBytes: 64 * 1024 };

/**
 * The bytes of one generation. A broken connection is replaced by another that resumes at the byte where it
 * broke.
 */
export class Download {
  readonly #gcs: GcsClient;
  readonly #object: StoredObject;
  readonly #range: ByteRange;
  readonly #signal: AbortSignal;
  readonly #retries: Retries;
  /** Null for a range: the stored checksum covers the whole object. */
  readonly #sum: CRC32C | null;
  #expectedSum: string | null;
  #at: number;
  #opened: { answer: GcsResponse & { body: Readable }; deadline: Deadline } | null = null;

  constructor(
    gcs: GcsClient,
    object: StoredObject & { crc32c?: string | null },
    range: ByteRange,
    signal: AbortSignal,
  ) {
    this.#gcs = gcs;
    this.#object = object;
    this.#range = range;
    this.#signal = signal;
    this.#retries = gcs.retries("read", object.key, signal);
    this.#sum = range.isWhole ? new CRC32C() : null;
    this.#expectedSum = object.crc32c ?? null;
    this.#at = range.first;
  }

  /** Waits for the first answer. False when the generation no longer exists. */
  async open(): Promise<boolean> {
    for (;;) {
      try {
        this.#signal.throwIfAborted();
        await this.#request();
        return true;
      } catch (error) {
        if (statusOf(error) === NOT_FOUND) return false;
        await this.#retries.failed(error);
      }
    }
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    const { key, generation } = this.#object;
    while (this.#at <= this.#range.last) {
      try {
        if (this.#opened === null) await this.#request();
        for await (const piece of this.#answer()) {
          this.#at += piece.length;
          this.#sum?.update(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
          this.#retries.progressed(piece.length);
          yield piece;
        }
      } catch (error) {
        if (statusOf(error) === NOT_FOUND) throw new PreconditionFailedError(key, generation);
        if (this.#at > this.#range.last && statusOf(error) === 0) break;
        await this.#retries.failed(error);
      } finally {
        this.#close();
      }
    }
    if (this.#sum !== null && this.#expectedSum !== null && !this.#sum.validate(this.#expectedSum)) {
      throw new Error(
        `Object "${key}" arrived damaged: its CRC32C is ${this.#expectedSum}, that of the bytes received is ${this.#sum.toString()}. Read it again.`,
      );
    }
  }

  async #request(): Promise<void> {
    const { first, last } = this.#range;
    const isFromStart = this.#range.isWhole && this.#at === first;
    const request = {
      method: "GET" as const,
      url: this.#gcs.mediaUrl(this.#object.key, this.#object.generation).href,
      headers: {
        // Requests the bytes as stored. Without it the server decompresses objects stored with gzip.
        "accept-encoding": "gzip",
        ...(!isFromStart && { range: `bytes=${this.#at}-${last}` }),
      },
    };
    const deadline = this.#gcs.transport.deadline({ ...request, signal: this.#signal });
    try {
      const answer = await this.#gcs.transport.open({ ...request, signal: deadline.signal });
      // From here on the pace limit applies, and readers may be slow.
      deadline.stopTimer();
      this.#opened = { answer, deadline };
      this.#expectedSum ??= /crc32c=([^,\s]+)/.exec(String(answer.headers["x-goog-hash"] ?? ""))?.[1] ?? null;
    } catch (error) {
      deadline[Symbol.dispose]();
      throw error;
    }
  }

  /** The bytes of the open answer that are still needed. */
  async *#answer(): AsyncGenerator<Uint8Array> {
    if (this.#opened === null) return;
    const { answer } = this.#opened;
    // A server that ignores ranges starts at the first byte.
    let skip = answer.status === 206 ? startOf(answer) - this.#at : -this.#at;
    if (skip > 0) throw this.#broken("the answer begins too late");
    let left = this.#range.last + 1 - this.#at;
    for await (const piece of this.#paced(answer.body)) {
      const fresh = piece.subarray(-skip);
      skip = Math.min(0, skip + piece.length);
      if (fresh.length === 0) continue;
      const wanted = fresh.subarray(0, left);
      left -= wanted.length;
      if (wanted.length > 0) yield wanted;
      // The end is awaited so that the connection can be reused, but no bytes beyond the range.
      if (wanted.length < fresh.length) return;
    }
    if (left > 0) throw this.#broken("the answer ended early");
  }

  async *#paced(body: Readable): AsyncGenerator<Uint8Array> {
    let waitedMs = 0;
    let received = 0;
    const pieces = body.iterator({ destroyOnReturn: true }) as AsyncIterableIterator<Uint8Array>;
    for (;;) {
      const asked = performance.now();
      const next = await pieces.next().catch((error: unknown) => {
        this.#signal.throwIfAborted();
        throw this.#broken(error instanceof Error ? error.message : String(error), error);
      });
      if (next.done) return;
      waitedMs += performance.now() - asked;
      received += next.value.length;
      yield next.value;
      if (waitedMs < pace.waitedMs) continue;
      if (received < pace.leastBytes)
        throw this.#broken(`${received} bytes in ${Math.round(waitedMs / 1_000)} s`);
      waitedMs = 0;
      received = 0;
    }
  }

  #close(): void {
    this.#opened?.answer.body.destroy();
    this.#opened?.deadline[Symbol.dispose]();
    this.#opened = null;
  }

  #broken(why: string, cause?: unknown): GcsRequestError {
    return new GcsRequestError(`The transfer of "${this.#object.key}" broke at byte ${this.#at}: ${why}`, {
      cause,
    });
  }
}

const startOf = ({ headers }: GcsResponse): number =>
  Number(/^bytes (\d+)-/.exec(String(headers["content-range"] ?? ""))?.[1] ?? Number.NaN);
