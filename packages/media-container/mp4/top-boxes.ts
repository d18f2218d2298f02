import { type BoxHeader, readBoxHeader } from "./boxes.ts";

/** A box at the top level of an MP4 or MOV file. It may extend beyond the end of the file. */
export interface TopBox extends BoxHeader {
  /** Its position in the file. */
  at: number;
}

/** Reads a few bytes at any position; fewer only at the end of the file. */
interface Source {
  readonly sizeBytes: number;
  look(start: number, length: number, signal: AbortSignal): Promise<Buffer>;
}

/** Bytes per read: the boxes after a fragment's small `moof`, or boxes of a few bytes, are among them. */
const WINDOW_BYTES = 4_096;
/**
 * Each read may be a request to a store. Real files have a handful of boxes; fragmented ones two per
 * fragment.
 */
const MOST_LOOKS = 1_000;
const MOST_BOXES = 10_000;

/**
 * The boxes at the top level of a file, in order, from the position `from` of one of them (default: the
 * first). Ends before a box of unknown size, and early if there are too many boxes: then the last one ends
 * before the file does.
 */
export async function* walkTopBoxes(
  source: Source,
  { from = 0, signal }: { from?: number; signal: AbortSignal },
): AsyncGenerator<TopBox> {
  let window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.of() };
  let looks = 0;
  let at = from;
  for (let count = 0; at + 8 <= source.sizeBytes && count < MOST_BOXES; count += 1) {
    if (Math.min(at + 16, source.sizeBytes) > window.at + window.bytes.length) {
      signal.throwIfAborted();
      looks += 1;
      if (looks > MOST_LOOKS) return;
      window = { at, bytes: await source.look(at, WINDOW_BYTES, signal) };
    }
    const header = readBoxHeader(window.bytes, at - window.at);
    if (header === null || header.sizeBytes === 0) return;
    yield { ...header, at };
    at += header.sizeBytes;
  }
}
