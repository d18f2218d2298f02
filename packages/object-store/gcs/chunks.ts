import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { PutBody } from "../object-store.ts";

/**
 * A body up to this size is sent in one request, a larger one in chunks of this size. A chunk stays in memory
 * until it is stored. Must be a multiple of 256 KiB for Cloud Storage.
 */
export const CHUNK_BYTES = 8 * 1024 * 1024;

export interface Chunk {
  /** The chunk's bytes, in the pieces in which they arrived. */
  parts: readonly Uint8Array[];
  /** Offset of the first byte in the whole body. */
  start: number;
  /** Offset after the last byte. */
  end: number;
  /** True for the last chunk: `end` is then the size of the body. */
  isLast: boolean;
}

/** True if the body can be read again from its beginning. */
export const isReplayable = (body: PutBody): boolean => !(body instanceof Readable);

/** Splits a body into chunks and reads one piece ahead. Returning early, or an abort, destroys the stream. */
export async function* toChunks(body: PutBody, signal?: AbortSignal): AsyncGenerator<Chunk, undefined> {
  if (typeof body === "string" || body instanceof Uint8Array) {
    yield* cut([typeof body === "string" ? Buffer.from(body) : body]);
    return;
  }
  if (!(body instanceof Readable)) await stat(body.path);
  const stream =
    body instanceof Readable ? body : createReadStream(body.path, { highWaterMark: 1024 * 1024 });
  // Errors reach the reader below, including those that occur while a chunk is being sent.
  stream.on("error", () => {});
  const stop = () => stream.destroy(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  try {
    yield* cut(stream as AsyncIterable<Uint8Array | string>);
  } finally {
    signal?.removeEventListener("abort", stop);
    stream.destroy();
  }
}

async function* cut(
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
): AsyncGenerator<Chunk, undefined> {
  let start = 0;
  let size = 0;
  let parts: Uint8Array[] = [];
  for await (const piece of pieces) {
    let rest: Uint8Array = typeof piece === "string" ? Buffer.from(piece) : piece;
    while (rest.length > 0) {
      if (size === CHUNK_BYTES) {
        yield { parts, start, end: start + size, isLast: false };
        start += size;
        size = 0;
        parts = [];
      }
      const part = rest.subarray(0, CHUNK_BYTES - size);
      rest = rest.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
  }
  yield { parts, start, end: start + size, isLast: true };
}

/** The parts of a chunk from this byte of the body onward. */
export function partsFrom({ parts, start }: Chunk, from: number): Uint8Array[] {
  let skip = from - start;
  return parts.flatMap((part) => {
    const kept = part.subarray(Math.min(skip, part.length));
    skip = Math.max(0, skip - part.length);
    return kept.length === 0 ? [] : [kept];
  });
}
