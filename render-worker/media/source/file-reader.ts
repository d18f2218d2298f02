import { createReadStream } from "node:fs";
import { retriableError } from "../../errors.ts";
import { readPiece, type SourceReader } from "./source-reader.ts";

/** A source that is a complete local file. */
export function createFileReader(path: string, sizeBytes: number): SourceReader {
  async function* read(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (start >= end) return;
    try {
      yield* createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw retriableError(
        "WORKER",
        "SOURCE_UNREADABLE",
        `The source could not be read from the store's folder (${error instanceof Error ? error.message : String(error)}). Check its disk and permissions.`,
        undefined,
        error,
      );
    }
  }
  return {
    sizeBytes,
    isAwaited: () => false,
    isAtHand: () => true,
    look: (start, length, signal) => readPiece({ sizeBytes, read }, start, length, signal),
    read,
  };
}
