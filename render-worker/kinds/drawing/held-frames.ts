import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import type { FilmFrame } from "../../painting/index.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Memory of the frames of one chunk: minutes of plain drawings. */
export const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** Frames that may not be needed, compressed without loss. */
export class HeldFrames {
  readonly #frames: { bytes: Buffer; repeats: number }[] = [];
  #sizeBytes = 0;

  get isFull(): boolean {
    return this.#sizeBytes > MAX_HELD_BYTES;
  }

  async add({ packet, repeats }: FilmFrame): Promise<void> {
    const bytes = await compress(packet, fastest);
    this.#sizeBytes += bytes.length;
    this.#frames.push({ bytes, repeats });
  }

  /** The frames, and then those that follow. */
  async *replay(rest: AsyncIterable<FilmFrame>): AsyncGenerator<FilmFrame> {
    for (const { bytes, repeats } of this.#frames) yield { packet: await decompress(bytes), repeats };
    yield* rest;
  }
}
