import type { Picture } from "./events.ts";
import type { DrawnFrame } from "./frame.ts";
import type { VideoCodec } from "./matroska.ts";

/** Of a packet: `unused rectangles x y width height` as u16be, `encoding` as u32be. */
const HEADER_BYTES = 16;
/** Before the pixels of a change: `x:u32le y:u32le width:u32le height:u32le`. */
export const CHANGE_HEADER_BYTES = 16;
const BYTES_PER_PIXEL = 4;

/** Packets that stay unchanged: one that ffmpeg's pipe takes, and those on the way. */
export const KEPT_PACKETS = 4;

type Size = Pick<Picture, "width" | "height">;

/** Length of the packet of a whole picture. */
const packetBytes = ({ width, height }: Size): number => HEADER_BYTES + width * height * BYTES_PER_PIXEL;

/**
 * The VMware screen codec with 32 bits per pixel, `vmnc` in ffmpeg (libavcodec/vmnc.c): a packet paints
 * rectangles of plain pixels over the picture before it, as the framebuffer updates of RFC 6143 do. So what
 * goes through the pipe to an encoder is what changes. A picture of 1080p has 8 MB, a moving bar 50 kB.
 */
export const screenCodec = (size: Size): VideoCodec => ({
  id: "V_MS/VFW/FOURCC",
  codecPrivate: bitmapHeader(size, "VMnc"),
});

/** BITMAPINFOHEADER with 32 bits per pixel. */
export function bitmapHeader({ width, height }: Size, fourCc: string): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(header.length, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(BYTES_PER_PIXEL * 8, 14);
  header.write(fourCc, 16, "latin1");
  header.writeUInt32LE(width * height * BYTES_PER_PIXEL, 20);
  return header;
}

/** A packet without rectangles: the picture before it, once more. */
export const sameAgain = Buffer.alloc(4);

/** Writes packets. Their memory is used in turns: each stays until `KEPT_PACKETS` more have been written. */
export class PacketWriter {
  readonly #size: Size;
  readonly #memory: Buffer[] = [];
  #taken = 0;

  constructor(size: Size) {
    this.#size = size;
  }

  /** The whole picture. */
  whole({ pixels }: Pick<DrawnFrame, "pixels">): Buffer {
    return this.#paint({ x: 0, y: 0, ...this.#size }, pixels);
  }

  /** What changes; the whole picture if that is unknown. */
  change(frame: Pick<DrawnFrame, "pixels" | "change">): Buffer {
    if (frame.change === null) return this.whole(frame);
    const [x = 0, y = 0, width = 0, height = 0] = new Uint32Array(
      frame.change.buffer,
      frame.change.byteOffset,
      CHANGE_HEADER_BYTES / Uint32Array.BYTES_PER_ELEMENT,
    );
    return this.#paint({ x, y, width, height }, frame.change.subarray(CHANGE_HEADER_BYTES));
  }

  /** @param pixels RGBA */
  #paint({ x, y, width, height }: Size & { x: number; y: number }, pixels: Buffer): Buffer {
    const packet = this.#take().subarray(0, HEADER_BYTES + pixels.length);
    packet.writeUInt16BE(1, 2);
    packet.writeUInt16BE(x, 4);
    packet.writeUInt16BE(y, 6);
    packet.writeUInt16BE(width, 8);
    packet.writeUInt16BE(height, 10);
    const count = width * height;
    const from = new Uint32Array(pixels.buffer, pixels.byteOffset, count);
    const to = new Uint32Array(packet.buffer, packet.byteOffset + HEADER_BYTES, count);
    // RGBA becomes BGRA: red and blue change places.
    for (let at = 0; at < count; at += 1) {
      const pixel = from[at] as number;
      to[at] = ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >>> 16) & 0xff);
    }
    return packet;
  }

  /** Zeros where nothing is written: the memory of small packets is not touched, and costs nothing. */
  #take(): Buffer {
    const index = this.#taken++ % (KEPT_PACKETS + 1);
    return (this.#memory[index] ??= Buffer.from(new ArrayBuffer(packetBytes(this.#size))));
  }
}
