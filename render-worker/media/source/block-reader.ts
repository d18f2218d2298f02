import type { Readable } from "node:stream";
import { sleep } from "../../wait.ts";
import { Growth } from "../fetch/index.ts";
import type { SourceBlocks } from "./block-cache.ts";
import type { SourceReader } from "./source-reader.ts";

/** Where blocks come from. */
export interface Ranges {
  sizeBytes: number;
  /** A stream of exactly these bytes, `end` not included. One that ends early or breaks is asked for again from where it was. */
  open(start: number, end: number, signal: AbortSignal): Promise<Readable>;
  /** Whether, and after how many milliseconds, a read that failed is tried again; throws what it means when it is not. */
  beforeRetry(error: unknown, tried: number): number;
}

export interface BlockReaderOptions {
  /** Ends all reading. */
  signal: AbortSignal;
  /** Default 2 MiB. */
  blockBytes?: number;
  /** Blocks kept, the memory of a reader: default 12. More only as long as more are being filled. */
  keptBlocks?: number;
  /** Blocks that are fetched ahead of one who reads on: default 3. */
  aheadBlocks?: number;
  /** Without a byte for so long, a stream is given up and opened again. Default 30 s. */
  idleMs?: number;
  /** Told of the bytes that came. */
  onRead?: (sizeBytes: number) => void;
  /** What is on this machine already, and where whole blocks are kept. Default: nothing. */
  blocks?: SourceBlocks;
}

/** A reader by blocks can be told how far reading on is worth it. */
export interface BlockReader extends SourceReader {
  /** Beyond this byte nothing is fetched ahead; what is asked for comes all the same. Default: the end. */
  aheadEnd: number;
}

/**
 * Reads a source in blocks: whole ranges that can be asked for again one by one, so that a store's bad moment, or a reader that pauses for minutes,
 * breaks nothing. The newest blocks are kept, so that a demuxer which jumps between sound and picture reads from memory. Who reads on finds the next
 * blocks under way; who only looks at a place costs one block.
 */
export function createBlockReader(ranges: Ranges, options: BlockReaderOptions): BlockReader {
  const { signal: ended, blockBytes = 2 * 1024 * 1024, keptBlocks = 12, aheadBlocks = 3 } = options;
  const { blocks: cached } = options;
  const { sizeBytes } = ranges;
  /** In the order of their last use. */
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
        // What got further is no repetition of what failed.
        tried = block.grown > before ? 0 : tried + 1;
        await sleep(ranges.beforeRetry(error, tried), signal);
      }
    }
  }

  async function fillOnce(block: Block, start: number, stopped: AbortSignal): Promise<void> {
    const { idleMs = 30_000, onRead } = options;
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(new Error(`no byte came for ${idleMs} ms`)), idleMs);
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
        throw new Error(`the bytes ${start} to ${end} were asked for, and ${block.grown} of them came`);
    } finally {
      clearTimeout(timer);
    }
  }

  const reader: BlockReader = {
    sizeBytes,
    aheadEnd: sizeBytes,
    // What does not come is given up in time, by itself.
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
        // Half a block further there is one ahead, a block further two, and so on.
        const ahead = Math.min(aheadBlocks, Math.floor((2 * (at - start)) / blockBytes));
        for (let next = 1; next <= ahead; next += 1)
          if ((index + next) * blockBytes < Math.min(end, reader.aheadEnd)) take(index + next);
      }
    },
  };
  return reader;
}

/** A stretch of a source in memory, filled from its beginning while it is already read. */
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
      throw new RangeError(`A block of ${this.bytes.length} bytes was given more.`);
    this.bytes.set(chunk, this.grown);
    this.grow(chunk.length);
  }
}
