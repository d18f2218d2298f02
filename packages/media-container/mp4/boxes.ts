/**
 * Counts the steps through a file's boxes and tables, which are read synchronously, while everything else in
 * the process waits. Throws a `RangeError` after too many.
 */
export type Step = () => void;

const unlimited: Step = () => undefined;

export function createSteps(limit: number): Step {
  let left = limit;
  return () => {
    left -= 1;
    if (left < 0) throw new RangeError(`The tables take more than ${limit} steps to read.`);
  };
}

export interface BoxHeader {
  type: string;
  headerBytes: number;
  /** With its header; 0: the box extends to the end of the file. */
  sizeBytes: number;
}

/** The header at a position (ISO 14496-12, 4.2). Null if it is cut, or longer than its box. */
export function readBoxHeader(bytes: Buffer, at = 0): BoxHeader | null {
  if (at + 8 > bytes.length) return null;
  const size32 = bytes.readUInt32BE(at);
  // 1: a 64-bit size follows.
  const headerBytes = size32 === 1 ? 16 : 8;
  if (at + headerBytes > bytes.length) return null;
  const sizeBytes = size32 === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size32;
  if (sizeBytes < headerBytes && size32 !== 0) return null;
  return { type: bytes.toString("latin1", at + 4, at + 8), headerBytes, sizeBytes };
}

export interface Box {
  type: string;
  body: Buffer;
  /** Whether the buffer ends before the box. */
  isCut: boolean;
}

/** The consecutive boxes in a buffer. */
export function* walkBoxes(bytes: Buffer, step = unlimited): Generator<Box> {
  for (let at = 0; at < bytes.length; ) {
    step();
    const header = readBoxHeader(bytes, at);
    if (header === null) return;
    const end = header.sizeBytes === 0 ? bytes.length : at + header.sizeBytes;
    yield {
      type: header.type,
      body: bytes.subarray(at + header.headerBytes, end),
      isCut: end > bytes.length,
    };
    at = end;
  }
}

/** The body of the first complete box along a path of types. */
export function findBox(bytes: Buffer, path: readonly string[], step = unlimited): Buffer | null {
  let body = bytes;
  for (const type of path) {
    const next = walkBoxes(body, step).find((box) => box.type === type);
    if (!next || next.isCut) return null;
    body = next.body;
  }
  return body;
}

/** Per level. Real files have a track for each stream, and twenty tables per track. */
const MOST_BOXES = 1_000;

/**
 * All boxes of a level. Null if there are more than in any real file: each takes a hundred times its eight
 * bytes.
 */
export function readLevel(bytes: Buffer): Box[] | null {
  const boxes = walkBoxes(bytes)
    .take(MOST_BOXES + 1)
    .toArray();
  return boxes.length > MOST_BOXES ? null : boxes;
}

/**
 * The bodies of the boxes of these types on one level. Null if there are too many boxes, or two of one type:
 * readers of a file, ffmpeg among them, differ in which of them they use.
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
