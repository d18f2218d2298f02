import type { DrawnFrame } from "./frame.ts";
import type { VideoCodec } from "./matroska.ts";
import { BYTES_PER_PIXEL, changeOf, PacketMemory, type Painted, type Size, wholeOf } from "./packets.ts";

/** Of a packet: `unused rectangles x y width height` as u16be, `encoding` as u32be. */
const HEADER_BYTES = 16;
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

/** Writes packets, in the memory of `PacketMemory`. */
export class PacketWriter {
  readonly #size: Size;
  readonly #memory: PacketMemory;

  constructor(size: Size) {
    this.#size = size;
    this.#memory = new PacketMemory(packetBytes(size));
  }

  /** The whole picture. */
  whole(frame: Pick<DrawnFrame, "pixels">): Buffer {
    return this.#paint(wholeOf(this.#size, frame));
  }

  /** What changes; the whole picture if that is unknown. */
  change(frame: Pick<DrawnFrame, "pixels" | "change">): Buffer {
    return this.#paint(changeOf(this.#size, frame));
  }

  #paint({ x, y, width, height, pixels }: Painted): Buffer {
    const packet = this.#memory.take().subarray(0, HEADER_BYTES + pixels.length);
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
}
