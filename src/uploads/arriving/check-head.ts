import { CLOCK_RANGE, findPackets, readClocks, TICKS_PER_SECOND } from "@reelay/media-container";
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

/** Two packets of a transport stream, and more than the beginnings of the others. */
const FIRST_LOOK_BYTES = 4_096;

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
  if (file.sizeBytes <= FIRST_LOOK_BYTES) return never;
  if (file.storedBytes < FIRST_LOOK_BYTES) return waitsFor(FIRST_LOOK_BYTES);
  const start = await file.read(0, FIRST_LOOK_BYTES);
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

const WINDOW_BYTES = 188 * 192 * 16;

/**
 * MPEG transport streams: the head is complete once the program clock has advanced far enough.
 */
async function checkTransportHead(
  file: ArrivingFile,
  start: Buffer,
  { headMs, longerThanMs }: HeadWish,
): Promise<HeadCheck> {
  const packets = findPackets(start);
  if (packets === null || packets.start > packets.length - 188) return never;
  if (file.storedBytes < 2 * WINDOW_BYTES) return waitsFor(2 * WINDOW_BYTES);
  const first = readClocks(await file.read(0, WINDOW_BYTES)).next().value;
  const newest = await file.read(file.storedBytes - WINDOW_BYTES, WINDOW_BYTES);
  const last = [...readClocks(newest)].findLast(({ pid }) => pid === first?.pid);
  if (!first || !last) return never;
  const passedMs = (((last.ticks - first.ticks + CLOCK_RANGE) % CLOCK_RANGE) * 1000) / TICKS_PER_SECOND;
  // A clock that jumped is useless.
  if (passedMs <= 0 || passedMs > 24 * 3_600_000) return never;
  const bytesPerMs = file.storedBytes / passedMs;
  if (file.sizeBytes / bytesPerMs <= 1.5 * longerThanMs) return never;
  if (passedMs >= headMs) return { kind: "THERE" };
  return waitsFor(Math.ceil(Math.max(headMs * bytesPerMs, file.storedBytes + WINDOW_BYTES)));
}
