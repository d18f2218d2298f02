import { CLOCK_RANGE, findPackets, readClocks, TICKS_PER_SECOND } from "@reelay/media-container";
import { type ArrivingFile, type HeadCheck, type HeadWish, never, waitsFor } from "./head-check.ts";

const windowBytes = 188 * 192 * 16;

/**
 * MPEG transport streams: the head is complete once the program clock has advanced far enough.
 */
export async function checkTransportHead(
  file: ArrivingFile,
  start: Buffer,
  { headMs, longerThanMs }: HeadWish,
): Promise<HeadCheck> {
  const packets = findPackets(start);
  if (packets === null || packets.start > packets.length - 188) return never;
  if (file.storedBytes < 2 * windowBytes) return waitsFor(2 * windowBytes);
  const first = readClocks(await file.read(0, windowBytes)).next().value;
  const newest = await file.read(file.storedBytes - windowBytes, windowBytes);
  const last = [...readClocks(newest)].findLast(({ pid }) => pid === first?.pid);
  if (!first || !last) return never;
  const passedMs = (((last.ticks - first.ticks + CLOCK_RANGE) % CLOCK_RANGE) * 1000) / TICKS_PER_SECOND;
  // A clock that jumped is useless.
  if (passedMs <= 0 || passedMs > 24 * 3_600_000) return never;
  const bytesPerMs = file.storedBytes / passedMs;
  if (file.sizeBytes / bytesPerMs <= 1.5 * longerThanMs) return never;
  if (passedMs >= headMs) return { kind: "THERE" };
  return waitsFor(Math.ceil(Math.max(headMs * bytesPerMs, file.storedBytes + windowBytes)));
}
