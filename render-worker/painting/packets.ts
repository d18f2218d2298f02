import type { Picture } from "./events.ts";
import type { DrawnFrame } from "./frame.ts";

/** Before the pixels of a change: `x:u32le y:u32le width:u32le height:u32le`. */
export const CHANGE_HEADER_BYTES = 16;

export const BYTES_PER_PIXEL = 4;

/** Packets that stay unchanged: one that ffmpeg's pipe takes, and those on the way. */
export const KEPT_PACKETS = 4;

export type Size = Pick<Picture, "width" | "height">;

/** A rectangle of a picture. */
export interface Painted extends Size {
  x: number;
  y: number;
  /** RGBA. */
  pixels: Buffer;
}

/** The whole picture. */
export const wholeOf = (size: Size, { pixels }: Pick<DrawnFrame, "pixels">): Painted => ({
  ...{ x: 0, y: 0, ...size },
  pixels,
});

/** What changes; the whole picture if that is unknown. */
export function changeOf(size: Size, frame: Pick<DrawnFrame, "pixels" | "change">): Painted {
  const { change } = frame;
  if (change === null) return wholeOf(size, frame);
  const [x = 0, y = 0, width = 0, height = 0] = new Uint32Array(
    change.buffer,
    change.byteOffset,
    CHANGE_HEADER_BYTES / Uint32Array.BYTES_PER_ELEMENT,
  );
  return { x, y, width, height, pixels: change.subarray(CHANGE_HEADER_BYTES) };
}

/** Memory of packets, used in turns: each stays until `KEPT_PACKETS` more have been taken. */
export class PacketMemory {
  readonly #packetBytes: number;
  readonly #memory: Buffer[] = [];
  #taken = 0;

  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes;
  }

  /** Zeros where nothing is written: the memory of small packets is not touched, and costs nothing. */
  take(): Buffer {
    const index = this.#taken++ % (KEPT_PACKETS + 1);
    return (this.#memory[index] ??= Buffer.from(new ArrayBuffer(this.#packetBytes)));
  }
}
