import type { Readable } from "node:stream";
import { sleep } from "../../wait.ts";
import { Growth } from "../fetch/index.ts";
import type { SourceBlocks } from "./block-cache.ts";
import type { SourceReader } from "./source-reader.ts";

/** Origin of blocks. */
export interface Ranges {
  sizeBytes: number;
  /** Streams exactly these bytes, without `end`. If it ends early or breaks, the rest is requested again. */
  open(start: number, end: number, signal: AbortSignal): Promise<Readable>;
  /** Returns the delay in milliseconds before a failed read is repeated, or throws the final error. */
  beforeRetry(error: unknown, tried: number): number;
}

export interface BlockReaderOptions {
  /** Aborts all reading. */
  signal: AbortSignal;
  /** Default 2 MiB. */
  blockBytes?: number;
  /**
   * Number of cached blocks, which determines the memory: default 12. Exceeded only while more are being
   * filled.
   */
  keptBlocks?: number;
  /** Number of blocks that are prefetched for a sequential reader: default 3. */
  aheadBlocks?: number;
  /** A stream without a byte for this long is reopened. Default 30 s. */
  idleMs?: number;
  /** Called with the number of received bytes. */
  onRead?: (sizeBytes: number) => void;
  /** Cache of whole blocks on this machine. Default: none. */
  blocks?: SourceBlocks;
}

/** A block reader, which accepts a limit for prefetching. */
export interface BlockReader extends SourceReader {
  /** Nothing is prefetched beyond this byte. Default: the end. */
  aheadEnd: number;
}

/**
 * Reads a source in blocks. A block can be requested again, so neither a store's transient failure nor a
 * reader that pauses for minutes breaks anything. The newest blocks are cached, so that a demuxer which
 * alternates between audio and video reads from memory. Sequential readers get prefetched blocks; a single
 * look costs one block.
 */
export function createBlockReader(ranges: Ranges, options: BlockReaderOptions): BlockReader {
  const { signal: ended, blockBytes = 2 * 1024 * 1024, keptBlocks = 12, aheadBlocks = 3 } = options;
  const { blocks: cached } = options;
  const { sizeBytes } = ranges;
  /** In the order of last use. */
  const blocks = new Map<number, Block>();

  function take(index: number): Block {
    const known = blocks.get(index);
    blocks.delete(index);
    const block = known && !known.hasFailed ? known : begin(index);
    blocks.set(index, block);
    return block;
  }

  function begin(index: number): Block {
    for (const [kept, block] of blocks) {
      if (blocks.size < keptBlocks) break;
      if (block.isWhole || block.hasFailed) blocks.delete(kept);
    }
    const start = index * blockBytes;
    const block = new Block(Math.min(blockBytes, sizeBytes - start));
    void fillOrRecall(index, block, start).catch((error: unknown) => block.fail(error));
    return block;
  }

  async function fillOrRecall(index: number, block: Block, start: number): Promise<void> {
    const known = await cached?.read(index, block.bytes.length);
    if (known) return block.append(known);
    await fill(block, start, ended);
    await cached?.write(index, block.bytes);
  }

  async function fill(block: Block, start: number, signal: AbortSignal): Promise<void> {
    for (let tried = 0; !block.isWhole; ) {
      const before = block.grown;
      try {
        await fillOnce(block, start, signal);
      } catch (error) {
        signal.throwIfAborted();
        // A stream that made progress does not count as a repeated failure.
        tried = block.grown > before ? 0 : tried + 1;
        await sleep(ranges.beforeRetry(error, tried), signal);
      }
    }
  }

  async function fillOnce(block: Block, start: number, stopped: AbortSignal): Promise<void> {
    const { idleMs = 30_000, onRead } = options;
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(new Error(`no byte arrived for ${idleMs} ms`)), idleMs);
    const signal = AbortSignal.any([stopped, idle.signal]);
    try {
      const end = start + block.bytes.length;
      const stream = await ranges.open(start + block.grown, end, signal);
      const stop = () =>
        stream.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      signal.addEventListener("abort", stop, { once: true });
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        timer.refresh();
        onRead?.(chunk.length);
        block.append(chunk);
      }
      signal.throwIfAborted();
      if (!block.isWhole)
        throw new Error(`the bytes ${start} to ${end} were requested, and ${block.grown} of them arrived`);
    } finally {
      clearTimeout(timer);
    }
  }

  const reader: BlockReader = {
    sizeBytes,
    aheadEnd: sizeBytes,
    // The idle timeout handles missing bytes.
    isAwaited: () => false,
    isAtHand: () => true,
    async look(start, length, signal) {
      const end = Math.min(start + length, sizeBytes);
      const index = Math.floor(start / blockBytes);
      const from = start - index * blockBytes;
      const known = blocks.get(index);
      if (start >= end) return Buffer.of();
      if (known !== undefined && known.grown >= end - index * blockBytes)
        return known.bytes.subarray(from, end - index * blockBytes);
      const block = new Block(end - start);
      await fill(block, start, AbortSignal.any([ended, signal]));
      return block.bytes;
    },
    async *read(start, end, signal) {
      for (let at = start; at < end; ) {
        const index = Math.floor(at / blockBytes);
        const block = take(index);
        const from = at - index * blockBytes;
        await block.until(from, signal);
        const piece = block.bytes.subarray(from, Math.min(block.grown, end - index * blockBytes));
        yield piece;
        at += piece.length;
        // One block ahead after half a block, two after a whole one, and so on.
        const ahead = Math.min(aheadBlocks, Math.floor((2 * (at - start)) / blockBytes));
        for (let next = 1; next <= ahead; next += 1)
          if ((index + next) * blockBytes < Math.min(end, reader.aheadEnd)) take(index + next);
      }
    },
  };
  return reader;
}

/** A range of a source in memory that can be read while it fills. */
class Block extends Growth {
  readonly bytes: Buffer;

  constructor(size: number) {
    super();
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  get isWhole(): boolean {
    return this.grown === this.bytes.length;
  }

  append(chunk: Uint8Array): void {
    if (this.grown + chunk.length > this.bytes.length)
      throw new RangeError(`A block of ${this.bytes.length} bytes received more.`);
    this.bytes.set(chunk, this.grown);
    this.grow(chunk.length);
  }
}
