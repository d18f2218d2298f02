import type { FileHandle } from "node:fs/promises";
import { retriableError } from "../../errors.ts";
import type { Growth } from "../fetch/index.ts";
import { readPiece, type SourceReader } from "./source-reader.ts";

interface GrowingFile {
  /** Stays valid when the file is moved or removed. */
  handle: FileHandle;
  growth: Growth;
  /** The final size. */
  sizeBytes: number;
  /** Reads parts that are far ahead of the download. Null: they are waited for. */
  far: SourceReader | null;
}

/** A part within this distance will arrive soon and is not requested separately. */
const SOON_BYTES = 2 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/**
 * A source that is still arriving in a file. A read waits for its bytes, or reads them from elsewhere if they
 * are far ahead.
 */
export function createGrowingReader({ handle, growth, sizeBytes, far }: GrowingFile): SourceReader {
  let isFarRefused = false;
  let awaiting = 0;

  async function take(at: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (far !== null && !isFarRefused && at - growth.grown > SOON_BYTES) {
      const piece = await unlessRefused(firstPiece(far, at, end, signal), signal);
      if (piece !== null) return piece;
    }
    awaiting += 1;
    await growth.until(at, signal).finally(() => {
      awaiting -= 1;
    });
    const length = Math.min(end, growth.grown, at + PIECE_BYTES) - at;
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) {
      throw retriableError(
        "WORKER",
        "SOURCE_UNREADABLE",
        `The source's file on this worker ends at byte ${at}, but ${growth.grown} were written to it. Check the disk of WORK_DIR.`,
      );
    }
    return buffer.subarray(0, bytesRead);
  }

  async function firstPiece(reader: SourceReader, at: number, end: number, signal: AbortSignal) {
    for await (const piece of reader.read(at, end, signal)) return piece;
    return null;
  }

  /** Null if the origin refuses a second request; then the reader waits for the download. */
  async function unlessRefused<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | null> {
    try {
      return await asked;
    } catch {
      signal.throwIfAborted();
      isFarRefused = true;
      return null;
    }
  }

  async function* read(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const piece = await take(at, end, signal);
      yield piece;
      at += piece.length;
    }
  }

  return {
    sizeBytes,
    isAwaited: () => awaiting > 0,
    isAtHand: (at) => growth.grown > at || (far !== null && !isFarRefused),
    async look(start, length, signal) {
      const end = Math.min(start + length, sizeBytes);
      if (growth.grown < end && far !== null && !isFarRefused) {
        const piece = await unlessRefused(far.look(start, length, signal), signal);
        if (piece !== null) return piece;
      }
      return readPiece({ sizeBytes, read }, start, length, signal);
    },
    read,
  };
}
