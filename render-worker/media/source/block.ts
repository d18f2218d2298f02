import { Growth } from "../fetch/index.ts";

/** A stretch of a source in memory, filled from its beginning while it is already read. */
export class Block extends Growth {
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
