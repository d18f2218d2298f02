import type { DrawnFrame } from "./frame.ts";
import type { VideoCodec } from "./matroska.ts";
import { BYTES_PER_PIXEL, changeOf, PacketMemory, type Painted, type Size, wholeOf } from "./packets.ts";
import { bitmapHeader } from "./screen-codec.ts";

/** Of a packet: `size:u32be flags:u16be start:u16be unused:u16 lines:u16be unused:u16`. */
const HEADER_BYTES = 14;
/** Not all lines change: their place follows. */
const HAS_LINES = 0x0008;
const END_OF_LINE = 0xff;
const ANOTHER_SKIP = 0;
const LONGEST_SKIP = 254;
const LONGEST_RUN = 128;
const MOST_LITERALS = 127;

/** Length of the longest packet. */
export const alphaPacketBytes = ({ width, height }: Size): number => {
  const codes = Math.ceil(width / MOST_LITERALS) + 2 * Math.ceil(width / LONGEST_SKIP) + 4;
  return HEADER_BYTES + height * (width * BYTES_PER_PIXEL + codes) + 1;
};

/**
 * QuickTime Animation with 32 bits per pixel, `qtrle` in ffmpeg (libavcodec/qtrle.c): like the screen codec a
 * packet has what changes only, and it has an alpha channel. Runs of equal pixels are sent once, so pictures
 * that are mostly transparent are small.
 */
export const alphaCodec = (size: Size): VideoCodec => ({
  id: "V_MS/VFW/FOURCC",
  codecPrivate: bitmapHeader(size, "rle "),
});

/** A packet without lines: the picture before it, once more. */
export const sameAlphaAgain = Buffer.alloc(HEADER_BYTES);
sameAlphaAgain.writeUInt32BE(HEADER_BYTES, 0);
sameAlphaAgain.writeUInt16BE(HAS_LINES, 4);

/** Writes packets with straight alpha, in the memory of `PacketMemory`. */
export class AlphaPacketWriter {
  readonly #size: Size;
  readonly #memory: PacketMemory;

  constructor(size: Size) {
    this.#size = size;
    this.#memory = new PacketMemory(alphaPacketBytes(size));
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
    const packet = this.#memory.take();
    packet.writeUInt16BE(HAS_LINES, 4);
    packet.writeUInt16BE(y, 6);
    packet.writeUInt16BE(height, 10);
    const from = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    let at = HEADER_BYTES;
    for (let row = 0; row < height; row += 1) {
      at = writeSkip(packet, at, x);
      at = writeLine(packet, at, from.subarray(row * width, (row + 1) * width));
    }
    packet[at] = 0;
    packet.writeUInt32BE(at + 1, 0);
    return packet.subarray(0, at + 1);
  }
}

/** A skip is one more than the number of skipped pixels. */
function writeSkip(packet: Buffer, start: number, pixels: number): number {
  let at = start;
  let left = pixels;
  for (; left > LONGEST_SKIP; left -= LONGEST_SKIP) {
    packet[at++] = LONGEST_SKIP + 1;
    packet[at++] = ANOTHER_SKIP;
  }
  packet[at++] = left + 1;
  return at;
}

function writeLine(packet: Buffer, start: number, line: Uint32Array): number {
  const words = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const { length } = line;
  let at = start;
  let literals = 0;
  let codeAt = 0;
  for (let pixel = 0; pixel < length; ) {
    const value = line[pixel] as number;
    const most = Math.min(length, pixel + LONGEST_RUN);
    let end = pixel + 1;
    while (end < most && line[end] === value) end += 1;
    const run = end - pixel;
    if (run > 1) {
      literals = 0;
      packet[at++] = 256 - run;
    } else if (literals === 0 || literals === MOST_LITERALS) {
      codeAt = at++;
      literals = 1;
      packet[codeAt] = 1;
    } else packet[codeAt] = literals += 1;
    words.setUint32(at, toArgb(value), true);
    at += BYTES_PER_PIXEL;
    pixel = end;
  }
  packet[at++] = END_OF_LINE;
  return at;
}

/** From RGBA to ARGB, whose first byte is the lowest of the number. */
const toArgb = (pixel: number): number => ((pixel >>> 24) | (pixel << 8)) >>> 0;
