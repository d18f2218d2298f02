/**
 * CRC-32C, the checksum that Cloud Storage keeps of every object. Computed by WebAssembly: about 0.9 GB/s on one core, 20 times as fast as
 * the implementation inside the Cloud Storage client, and without a native module that images would have to carry.
 */
import { createReadStream } from "node:fs";
import { createCRC32, type IHasher } from "hash-wasm";

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82_f6_3b_78;
/** A longer update would hold up the event loop for longer than a third of a millisecond. */
const stepBytes = 256 * 1024;
/** Most segments are two or three reads: on a busy machine each waits for its turn. */
const readBytes = 1024 * 1024;
/** Creating one takes 0.35 ms. */
const idle: IHasher[] = [];

/** The base64 form of Cloud Storage (big-endian). Resolves after the last byte; rejects as the body does. */
export async function crc32cOf(
  body: Uint8Array | string | { path: string } | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<string> {
  const hasher = idle.pop() ?? (await createCRC32(polynomial));
  try {
    hasher.init();
    for await (const chunk of chunksOf(body, signal)) {
      for (let at = 0; at < chunk.length; at += stepBytes) hasher.update(chunk.subarray(at, at + stepBytes));
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
  return createReadStream(body.path, { highWaterMark: readBytes, ...(signal && { signal }) });
}
