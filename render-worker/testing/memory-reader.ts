import { Readable } from "node:stream";
import type { Ranges } from "../media/source/block-reader.ts";

/** Byte ranges in memory, with failures on request; records the requests. */
export class MemoryRanges implements Ranges {
  readonly #bytes: Buffer;
  /** `start` and `end` of every range that was opened. */
  readonly opened: [number, number][] = [];
  /** Called before each range is opened; may throw, or return a stream of its own. */
  trouble: (start: number, end: number) => Readable | undefined = () => undefined;
  beforeRetry: Ranges["beforeRetry"] = (error) => {
    throw error;
  };

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  open(start: number, end: number): Promise<Readable> {
    this.opened.push([start, end]);
    return Promise.try(() => this.trouble(start, end) ?? Readable.from([this.#bytes.subarray(start, end)]));
  }
}
