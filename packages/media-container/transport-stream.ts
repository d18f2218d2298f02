/** MPEG transport streams (ISO 13818-1). */

/** Plain packets, with a time stamp before each (Blu-ray, cameras), and with a checksum after each (DVB). */
const packetLengths = [188, 192, 204] as const;
const SYNC_BYTE = 0x47;

export const TICKS_PER_SECOND = 90_000;
/** Ticks after which the clock wraps. */
export const CLOCK_RANGE = 2 ** 33;

/** The first packet in a part of a stream: the start of four packets in a row. */
export function findPackets(bytes: Buffer): { start: number; length: number } | null {
  for (let start = 0; start < 204 && start + 204 * 4 < bytes.length; start += 1) {
    const length = packetLengths.find((each) =>
      [0, 1, 2, 3].every((n) => bytes[start + n * each] === SYNC_BYTE),
    );
    if (length !== undefined) return { start, length };
  }
  return null;
}

/** The program clock references (2.4.3.5) in a part of a stream. */
export function* readClocks(bytes: Buffer): Generator<{ pid: number; ticks: number }> {
  const found = findPackets(bytes);
  if (found === null) return;
  for (let at = found.start; at + 12 <= bytes.length; at += found.length) {
    const hasAdaptation = bytes[at] === SYNC_BYTE && ((bytes[at + 3] ?? 0) & 0x20) !== 0;
    if (!hasAdaptation || (bytes[at + 4] ?? 0) < 7 || ((bytes[at + 5] ?? 0) & 0x10) === 0) continue;
    const ticks = bytes.readUInt32BE(at + 6) * 2 + ((bytes[at + 10] ?? 0) >> 7);
    yield { pid: bytes.readUInt16BE(at + 1) & 0x1fff, ticks };
  }
}
