import type { FileHandle } from "node:fs/promises";
import { retriableError } from "../../errors.ts";
import type { Growth } from "../fetch/index.ts";
import { readPiece, type SourceReader } from "./source-reader.ts";

interface GrowingFile {
  /** Stays good when the file is moved or removed. */
  handle: FileHandle;
  growth: Growth;
  /** What it will have in the end. */
  sizeBytes: number;
  /** Where parts that are far from being there can be read meanwhile. Null: they are waited for. */
  far: SourceReader | null;
}

/** Nearer than this to what is there is soon there, and not asked for separately. */
const soonBytes = 2 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/** A source that still arrives in a file, from its beginning: a read waits for its bytes, or takes them from elsewhere when they are far. */
export function createGrowingReader({ handle, growth, sizeBytes, far }: GrowingFile): SourceReader {
  let isFarRefused = false;
  let awaiting = 0;

  async function take(at: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    if (far !== null && !isFarRefused && at - growth.grown > soonBytes) {
      const piece = await unlessRefused(firstPiece(far, at, end, signal), signal);
      if (piece !== null) return piece;
    }
    awaiting += 1;
    await growth.until(at, signal).finally(() => {
      awaiting -= 1;
    });
    const length = Math.min(end, growth.grown, at + pieceBytes) - at;
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) {
      throw retriableError(
        "WORKER",
        "SOURCE_UNREADABLE",
        `The source's file on this worker ends at byte ${at}, and ${growth.grown} were written to it; see to the disk of WORK_DIR.`,
      );
    }
    return buffer.subarray(0, bytesRead);
  }

  async function firstPiece(reader: SourceReader, at: number, end: number, signal: AbortSignal) {
    for await (const piece of reader.read(at, end, signal)) return piece;
    return null;
  }

  /** Null when it is not to be had that way: an origin may refuse a second request. Then it is waited for after all. */
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
