/**
 * CRC-32C, the checksum that Cloud Storage keeps for every object. WebAssembly computes about 0.9 GB/s on one
 * core, 20 times as fast as the implementation in the Cloud Storage client, without a native module in the
 * images.
 */
import { createReadStream } from "node:fs";
import { createCRC32, type IHasher } from "hash-wasm";

/** Castagnoli's polynomial, bit-reversed. */
const POLYNOMIAL = 0x82_f6_3b_78;
/** A longer update would block the event loop for more than a third of a millisecond. */
const STEP_BYTES = 256 * 1024;
/** Most segments then need two or three reads. On a busy machine every read waits for its turn. */
const READ_BYTES = 1024 * 1024;
/** Idle hashers: creating one takes 0.35 ms. */
const idle: IHasher[] = [];

/** The checksum in Cloud Storage's format (big-endian, base64). Rejects when the body fails. */
export async function crc32cOf(
  body: Uint8Array | string | { path: string } | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<string> {
  const hasher = idle.pop() ?? (await createCRC32(POLYNOMIAL));
  try {
    hasher.init();
    for await (const chunk of chunksOf(body, signal)) {
      for (let at = 0; at < chunk.length; at += STEP_BYTES)
        hasher.update(chunk.subarray(at, at + STEP_BYTES));
    }
    return Buffer.from(hasher.digest("binary")).toString("base64");
  } finally {
    idle.push(hasher);
  }
}

function chunksOf(
  body: Uint8Array | string | { path: string } | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof body === "string") return [Buffer.from(body)];
  if (body instanceof Uint8Array) return [body];
  if (Symbol.asyncIterator in body) return body;
  return createReadStream(body.path, { highWaterMark: READ_BYTES, ...(signal && { signal }) });
}
