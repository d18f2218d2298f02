import type { SourceReader } from "../source/index.ts";

/** A box that stands at the top of an MP4 or MOV file. */
export interface TopBox {
  type: string;
  /** Where it begins in the file. */
  at: number;
  headerBytes: number;
  /** With its header; may reach beyond the end of the file. */
  sizeBytes: number;
}

/** Looked at in one go: what follows a fragment's small `moof`, or boxes of a few bytes, is among it. */
const windowBytes = 4_096;
/** Each of them may be a request to a store. Files in order have a handful of boxes, but for those of fragments, which have two and more of each. */
const mostLooks = 1_000;
const mostBoxes = 10_000;

/**
 * The boxes at the top of a file, in their order, from the byte `from` where one begins (default: the first). Ends with the last one whose length is said;
 * and early where there are so many that nobody would wait for the rest: then the last one ends before the file does.
 */
export async function* walkTopBoxes(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  { from = 0, signal }: { from?: number; signal: AbortSignal },
): AsyncGenerator<TopBox> {
  let window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.of() };
  let looks = 0;
  let at = from;
  for (let count = 0; at + 8 <= source.sizeBytes && count < mostBoxes; count += 1) {
    if (Math.min(at + 16, source.sizeBytes) > window.at + window.bytes.length) {
      signal.throwIfAborted();
      looks += 1;
      if (looks > mostLooks) return;
      window = { at, bytes: await source.look(at, windowBytes, signal) };
    }
    const box = readHeader(window.bytes.subarray(at - window.at), at);
    if (box === null) return;
    yield box;
    at += box.sizeBytes;
  }
}

/** Null where it does not say how long it is: 0 is for one that reaches to the end of the file. */
function readHeader(bytes: Buffer, at: number): TopBox | null {
  if (bytes.length < 8) return null;
  const size32 = bytes.readUInt32BE(0);
  const headerBytes = size32 === 1 ? 16 : 8;
  if (bytes.length < headerBytes) return null;
  const sizeBytes = size32 === 1 ? Number(bytes.readBigUInt64BE(8)) : size32;
  return sizeBytes < headerBytes
    ? null
    : { type: bytes.toString("latin1", 4, 8), at, headerBytes, sizeBytes };
}
