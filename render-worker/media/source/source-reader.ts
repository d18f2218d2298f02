/** Random access to a source's bytes: in a file, in a remote store, or still arriving. */
export interface SourceReader {
  /** Size of the whole source, also while it is arriving. */
  readonly sizeBytes: number;
  /** Whether a reader waits for bytes that have not arrived on this machine, through no fault of its own. */
  isAwaited(): boolean;
  /** Whether this byte is available now: false if all earlier bytes must arrive first. */
  isAtHand(at: number): boolean;
  /**
   * Reads a few bytes without prefetching; fewer only at the end of the source. Waits and rejects like
   * `read`.
   */
  look(start: number, length: number, signal: AbortSignal): Promise<Buffer>;
  /**
   * Reads from `start` to `end` (exclusive) in pieces of any size, waiting for bytes that have not arrived.
   * Rejects with a `RenderError` if they are unavailable, and with the signal's reason.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Implements `SourceReader.look` with `read`, for readers without a cheaper way and for long pieces. */
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
