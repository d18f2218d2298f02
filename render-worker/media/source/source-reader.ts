/**
 * A source's bytes, wherever they lie: in a file, in a store that is elsewhere, or still on their way here. Any part may be read at any time and any
 * number of times.
 */
export interface SourceReader {
  /** Of the whole source, also while it is still arriving. */
  readonly sizeBytes: number;
  /** Whether somebody waits for bytes that have not arrived on this machine yet, through no fault of his own. */
  isAwaited(): boolean;
  /** Whether that byte is to be had now: false if all before it must arrive first. */
  isAtHand(at: number): boolean;
  /** A few bytes for themselves, without what lies around them; fewer only where the source ends. Waits and rejects as `read` does. */
  look(start: number, length: number, signal: AbortSignal): Promise<Buffer>;
  /**
   * The bytes from `start` up to, not including, `end`, in pieces of any size; waits for those that are not there yet. Rejects with a `RenderError`
   * when they cannot be had, and with the signal's reason.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** `SourceReader.look` by its `read`: for those to whom it makes no difference, and for what is long. */
export async function readPiece(
  reader: Pick<SourceReader, "read" | "sizeBytes">,
  start: number,
  length: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const end = Math.min(start + length, reader.sizeBytes);
  const bytes = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  for await (const piece of reader.read(start, end, signal)) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes.subarray(0, filled);
}
