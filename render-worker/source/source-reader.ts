/**
 * A source's bytes, wherever they lie: in a file, in a store that is elsewhere, or still on their way here. Any part may be read at any time and any
 * number of times.
 */
export interface SourceReader {
  /** Of the whole source, also while it is still arriving. */
  readonly sizeBytes: number;
  /** Whether somebody waits for bytes that have not arrived on this machine yet, through no fault of his own. */
  isAwaited(): boolean;
  /**
   * The bytes from `start` up to, not including, `end`, in pieces of any size; waits for those that are not there yet. Rejects with a `RenderError`
   * when they cannot be had, and with the signal's reason.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** At most `length` bytes from `start`, in one piece; fewer only where the source ends. */
export async function readPiece(
  reader: SourceReader,
  start: number,
  length: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const end = Math.min(start + length, reader.sizeBytes);
  for await (const piece of reader.read(start, end, signal)) pieces.push(piece);
  return Buffer.concat(pieces);
}
