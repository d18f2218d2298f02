import type { Readable } from "node:stream";

/** Reads lines and runs of bytes from a stream. */
export class ByteReader {
  readonly #chunks: Promise<AsyncIterator<Buffer>>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Promise<Readable>) {
    this.#chunks = stream.then((readable) => readable[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
    this.#chunks.catch(() => undefined);
  }

  /** Up to the next line break, which is left out. Throws if the stream ends, or the line is longer. */
  async line(maxBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const at = this.#rest.indexOf("\n");
      const part = this.#take(at < 0 ? this.#rest.length : at);
      parts.push(part);
      length += part.length;
      if (length > maxBytes) throw new Error(`A line has more than ${maxBytes} bytes.`);
      if (at >= 0) {
        this.#take(1);
        return Buffer.concat(parts);
      }
      await this.#more();
    }
  }

  /** Throws if the stream ends. */
  async bytes(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#take(Math.min(missing, this.#rest.length));
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const { value, done } = await (await this.#chunks).next();
    if (done) throw new Error("The stream ended.");
    this.#rest = value;
  }
}
