/** A box of an ISO base media file (MP4): its type and what is in it. */
export interface Box {
  type: string;
  body: Buffer;
  /** The buffer ends before the box does. */
  isCut: boolean;
}

/** The boxes that stand one after the other in a buffer. */
export function* walkBoxes(bytes: Buffer): Generator<Box> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size32 = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    // 0: to the end; 1: a 64-bit size follows.
    const header = size32 === 1 ? 16 : 8;
    if (at + header > bytes.length) return;
    const size =
      size32 === 0 ? bytes.length - at : size32 === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size32;
    if (size < header) return;
    yield { type, body: bytes.subarray(at + header, at + size), isCut: at + size > bytes.length };
    at += size;
  }
}

/** The body of the first box along a path of types. */
export function findBox(bytes: Buffer, path: readonly string[]): Buffer | null {
  let body = bytes;
  for (const type of path) {
    const next = walkBoxes(body).find((box) => box.type === type);
    if (!next) return null;
    body = next.body;
  }
  return body;
}

/** On one level; files in order have a track for each of their streams, and twenty tables of a track. */
const mostBoxes = 1_000;

/** All boxes of a level that somebody else made. Null where there are more than any file in order has: each takes a hundred times its eight bytes. */
export function readLevel(bytes: Buffer): Box[] | null {
  const boxes = walkBoxes(bytes)
    .take(mostBoxes + 1)
    .toArray();
  return boxes.length > mostBoxes ? null : boxes;
}

/**
 * The bodies of the boxes of these types, of a level that somebody else made. Null where there are too many boxes, or one of these twice: the
 * readers of a file, ffmpeg among them, differ in which of them they take.
 */
export function pickBoxes<Type extends string>(
  bytes: Buffer,
  types: readonly Type[],
): Partial<Record<Type, Buffer>> | null {
  const boxes = readLevel(bytes);
  if (boxes === null) return null;
  const found: Partial<Record<Type, Buffer>> = {};
  for (const wanted of types) {
    const [box, ...more] = boxes.filter(({ type }) => type === wanted);
    if (more.length > 0) return null;
    if (box) found[wanted] = box.body;
  }
  return found;
}
