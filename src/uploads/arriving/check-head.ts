import {
  type ArrivingFile,
  type HeadCheck,
  type HeadScan,
  type HeadWish,
  never,
  startScan,
  waitsFor,
} from "./head-check.ts";
import { checkMatroskaHead } from "./matroska-head.ts";
import { checkMp4Head } from "./mp4-head.ts";
import { checkTransportHead } from "./transport-head.ts";

/** Two packets of a transport stream, and more than the beginnings of the others. */
const firstLookBytes = 4_096;

/**
 * Decides whether the head of a video can be made from the part that has arrived: MP4 and MOV with the index
 * before the media, Matroska and WebM, MPEG transport streams. Reads only headers and tables. Anything that
 * merely resembles one of these is `NEVER`, at worst `THERE`, which a worker then detects. A file that would
 * take longer to read than any real video is malicious and `NEVER` too. The next check of the same file
 * receives the same `scan`.
 */
export async function checkHead(
  file: ArrivingFile,
  wish: HeadWish,
  scan: HeadScan = startScan(),
): Promise<HeadCheck> {
  if (file.sizeBytes <= firstLookBytes) return never;
  if (file.storedBytes < firstLookBytes) return waitsFor(firstLookBytes);
  const start = await file.read(0, firstLookBytes);
  const check = await checkByKind(file, start, { wish, scan });
  return check.kind === "WAITS" && check.bytes >= file.sizeBytes ? never : check;
}

function checkByKind(
  file: ArrivingFile,
  start: Buffer,
  { wish, scan }: { wish: HeadWish; scan: HeadScan },
): Promise<HeadCheck> {
  if (start.toString("latin1", 4, 8) === "ftyp") return checkMp4Head(file, wish, scan);
  if (start.readUInt32BE(0) === 0x1a45dfa3) return checkMatroskaHead(file, wish, scan);
  return checkTransportHead(file, start, wish);
}
