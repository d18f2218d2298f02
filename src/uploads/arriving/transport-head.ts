import { type ArrivingFile, type HeadCheck, type HeadWish, never, waitsFor } from "./head-check.ts";

const syncByte = 0x47;
/** Plain, and with the four bytes of time before each packet that cameras write. */
const packetSizes = [188, 192] as const;
const windowBytes = 188 * 192 * 16;
/** Ticks of 27 MHz after which the clock wraps. */
const clockRange = 2 ** 33 * 300;

/**
 * MPEG transport streams (ISO 13818-1): the head is complete once the program clock has advanced far enough.
 */
export async function checkTransportHead(
  file: ArrivingFile,
  start: Buffer,
  { headMs, longerThanMs }: HeadWish,
): Promise<HeadCheck> {
  const packet = packetSizes.find((size) => isInStep(start, size));
  if (packet === undefined) return never;
  if (file.storedBytes < 2 * windowBytes) return waitsFor(2 * windowBytes);
  const first = clocks(await file.read(0, windowBytes), packet)[0];
  // Aligned to a packet.
  const at = Math.floor((file.storedBytes - windowBytes) / packet) * packet;
  const last = clocks(await file.read(at, windowBytes), packet).findLast(({ pid }) => pid === first?.pid);
  if (first === undefined || last === undefined) return never;
  const passedMs = ((last.clock - first.clock + clockRange) % clockRange) / 27_000;
  // A clock that jumped is useless.
  if (passedMs <= 0 || passedMs > 24 * 3_600_000) return never;
  const bytesPerMs = file.storedBytes / passedMs;
  if (file.sizeBytes / bytesPerMs <= 1.5 * longerThanMs) return never;
  if (passedMs >= headMs) return { kind: "THERE" };
  return waitsFor(Math.ceil(Math.max(headMs * bytesPerMs, file.storedBytes + windowBytes)));
}

/** 192: the first four bytes of each packet are a prefix. */
const offsetOf = (packet: number): number => packet - 188;

function isInStep(bytes: Buffer, packet: number): boolean {
  for (let at = offsetOf(packet); at < bytes.length; at += packet) if (bytes[at] !== syncByte) return false;
  return true;
}

/** All program clock references, in ticks of 27 MHz. */
function clocks(bytes: Buffer, packet: number): { pid: number; clock: number }[] {
  const found = [];
  for (let at = offsetOf(packet); at + 188 <= bytes.length; at += packet) {
    const hasAdaptation = ((bytes[at + 3] ?? 0) & 0x20) !== 0 && (bytes[at + 4] ?? 0) >= 7;
    if (bytes[at] !== syncByte || !hasAdaptation || ((bytes[at + 5] ?? 0) & 0x10) === 0) continue;
    const base = bytes.readUInt32BE(at + 6) * 2 + ((bytes[at + 10] ?? 0) >> 7);
    found.push({ pid: bytes.readUInt16BE(at + 1) & 0x1fff, clock: base * 300 });
  }
  return found;
}
