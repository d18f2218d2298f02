import { checkMatroskaHead } from "./matroska-head.ts";
import { checkMp4Head } from "./mp4-head.ts";
import { checkTransportHead } from "./transport-head.ts";

/** A file that is there from its beginning up to `storedBytes`, of `sizeBytes` that it will have. */
export interface ArrivingFile {
  storedBytes: number;
  sizeBytes: number;
  /** Exactly these bytes; asked for only below `storedBytes`. */
  read(at: number, length: number): Promise<Buffer>;
}

export interface HeadWish {
  /** So much of its beginning must be there, milliseconds. */
  headMs: number;
  /** Of videos up to this length, milliseconds, no head is made. */
  longerThanMs: number;
}

/**
 * `THERE`: all that a demuxer needs for the head, so that nothing of it would have to be waited for. `WAITS`: look again when there are `bytes`.
 * `NEVER`: this file cannot be begun before it is whole.
 */
export type HeadCheck = { kind: "THERE" } | { kind: "WAITS"; bytes: number } | { kind: "NEVER" };

export const never: HeadCheck = { kind: "NEVER" };
export const waitsFor = (bytes: number): HeadCheck => ({ kind: "WAITS", bytes });

/** Two packets of a transport stream, and more than the beginnings of the others. */
const firstLookBytes = 4_096;

/**
 * Whether the head of a video can be made from what has arrived of it: MP4 and MOV with the index before the media, Matroska and WebM, MPEG
 * transport streams. Looks at headers and tables only. What only looks like one of these is `NEVER`, at worst `THERE`: then a worker finds out.
 */
export async function checkHead(file: ArrivingFile, wish: HeadWish): Promise<HeadCheck> {
  if (file.sizeBytes <= firstLookBytes) return never;
  if (file.storedBytes < firstLookBytes) return waitsFor(firstLookBytes);
  const start = await file.read(0, firstLookBytes);
  const check = await checkByKind(file, start, wish);
  return check.kind === "WAITS" && check.bytes >= file.sizeBytes ? never : check;
}

function checkByKind(file: ArrivingFile, start: Buffer, wish: HeadWish): Promise<HeadCheck> {
  if (start.toString("latin1", 4, 8) === "ftyp") return checkMp4Head(file, wish);
  if (start.readUInt32BE(0) === 0x1a45dfa3) return checkMatroskaHead(file, wish);
  return checkTransportHead(file, start, wish);
}
