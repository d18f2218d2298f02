/** Boxes of ISO files (ISO 14496-12), made and changed byte by byte where ffmpeg would not. */

/** Length, type, content. */
export const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
};

/** Of 32 bits each, one behind the other. */
export function numbers(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4);
  return buffer;
}

/** A track's tables of a few bytes, by their types, that claim twenty million samples of one size and one length. */
export const boundlessTables: Record<string, Buffer> = {
  stsz: numbers(0, 1, 20_000_000),
  stts: numbers(0, 1, 20_000_000, 1),
};

const containers = new Set(["moov", "trak", "mdia", "minf", "stbl", "edts"]);

/** The content of the first box of a type, wherever it is. */
export function boxOf(bytes: Buffer, type: string): Buffer {
  const from = bytes.indexOf(type, 0, "latin1") - 4;
  return bytes.subarray(from + 8, from + bytes.readUInt32BE(from));
}

/** A box of boxes with other contents for those of one type, wherever in it they are: none, one, or as many boxes as `content` makes of each. */
export function replaceBox(
  parent: Buffer,
  type: string,
  content: Buffer | null | ((before: Buffer) => Buffer[]),
): Buffer {
  const children: Buffer[] = [];
  for (let from = 8; from < parent.length; from += parent.readUInt32BE(from)) {
    const child = parent.subarray(from, from + parent.readUInt32BE(from));
    const name = child.toString("latin1", 4, 8);
    if (name !== type) {
      children.push(containers.has(name) ? replaceBox(child, type, content) : child);
    } else if (typeof content === "function") {
      children.push(...content(child.subarray(8)).map((each) => box(name, each)));
    } else if (content !== null) {
      children.push(box(name, content));
    }
  }
  return box(parent.toString("latin1", 4, 8), ...children);
}
