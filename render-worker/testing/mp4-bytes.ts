/** Boxes of ISO files (ISO 14496-12), created and changed byte by byte where ffmpeg would not. */
import { readFile, writeFile } from "node:fs/promises";
import { box } from "../../packages/media-container/testing/box.ts";

export { box };

/** Of 32 bits each, concatenated. */
export function numbers(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4);
  return buffer;
}

/** Tiny tables of a track, by type, that claim twenty million samples of one size and one duration. */
export const boundlessTables: Record<string, Buffer> = {
  stsz: numbers(0, 1, 20_000_000),
  stts: numbers(0, 1, 20_000_000, 1),
};

const containers = new Set(["moov", "trak", "mdia", "minf", "stbl", "edts"]);

/** The content of the first box of a type, at any depth. */
export function boxOf(bytes: Buffer, type: string): Buffer {
  const from = bytes.indexOf(type, 0, "latin1") - 4;
  return bytes.subarray(from + 8, from + bytes.readUInt32BE(from));
}

/** Replacement of a box at any depth: nothing, this content, or the boxes made from its content. */
type Change = Buffer | null | ((before: Buffer) => Buffer[]);

/** A box of boxes with some types replaced. */
export function replaceBoxes(parent: Buffer, changes: Record<string, Change>): Buffer {
  const children: Buffer[] = [];
  for (let from = 8; from < parent.length; from += parent.readUInt32BE(from)) {
    const child = parent.subarray(from, from + parent.readUInt32BE(from));
    const type = child.toString("latin1", 4, 8);
    const change = changes[type];
    if (typeof change === "function") {
      children.push(...change(child.subarray(8)).map((content) => box(type, content)));
    } else if (change) {
      children.push(box(type, change));
    } else if (change === undefined) {
      children.push(containers.has(type) ? replaceBoxes(child, changes) : child);
    }
  }
  return box(parent.toString("latin1", 4, 8), ...children);
}

/** Quarter turns to the right, or mirrored. */
export type Turn = "right" | "upside down" | "left" | "mirrored" | "right and mirrored";

/** The matrix of a track's header (ISO 14496-12, 8.3.2): a, b, c, d. */
const matrices: Record<Turn, readonly [number, number, number, number]> = {
  right: [0, 1, -1, 0],
  "upside down": [-1, 0, 0, -1],
  left: [0, -1, 1, 0],
  mirrored: [-1, 0, 0, 1],
  "right and mirrored": [0, 1, 1, 0],
};

/** Makes players show the video of an MP4 or MOV turned. */
export async function turnMovie(path: string, turn: Turn): Promise<void> {
  const bytes = await readFile(path);
  const video = bytes.indexOf("tkhd", 0, "latin1") + 4;
  for (const [index, place] of [0, 4, 12, 16].entries()) {
    bytes.writeInt32BE((matrices[turn][index] ?? 0) * 65_536, video + 40 + place);
  }
  await writeFile(path, bytes);
}
