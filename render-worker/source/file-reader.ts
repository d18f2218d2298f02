import { createReadStream } from "node:fs";
import { retriableError } from "../errors.ts";
import type { SourceReader } from "./source-reader.ts";

/** A source that lies on this machine as a whole file. */
export const createFileReader = (path: string, sizeBytes: number): SourceReader => ({
  sizeBytes,
  isAwaited: () => false,
  async *read(start, end, signal) {
    if (start >= end) return;
    try {
      yield* createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw retriableError(
        "WORKER",
        "SOURCE_UNREADABLE",
        `The source could not be read from the store's folder (${error instanceof Error ? error.message : String(error)}); see to its disk and permissions.`,
        undefined,
        error,
      );
    }
  },
});
