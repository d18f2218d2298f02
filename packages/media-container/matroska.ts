/** Element ids of Matroska (RFC 9559) and EBML (RFC 8794). */
export const matroskaIds = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  timestamp: 0xe7,
} as const;

/** More than an element's id and size need. */
export const ELEMENT_HEAD_BYTES = 12;

interface MatroskaElement {
  id: number;
  /** Start of its content. */
  from: number;
  /** End of its content; null: unknown, it extends to its next sibling. */
  to: number | null;
}

/** The element at position `at` of a file, from its first bytes. Null if they are none. */
export function readMatroskaElement(bytes: Buffer, at: number): MatroskaElement | null {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  if (idLength > 4) return null;
  const sizeAt = idLength;
  const first = bytes[sizeAt] ?? 0;
  const sizeLength = Math.clz32(first) - 23;
  if (sizeLength > 8 || sizeAt + sizeLength > bytes.length) return null;
  let size = first & ((1 << (8 - sizeLength)) - 1);
  let isUnknown = size === (1 << (8 - sizeLength)) - 1;
  for (const byte of bytes.subarray(sizeAt + 1, sizeAt + sizeLength)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  const from = at + sizeAt + sizeLength;
  return { id: bytes.readUIntBE(0, idLength), from, to: isUnknown ? null : from + size };
}

function* elementsOf(body: Buffer): Generator<{ id: number; content: Buffer }> {
  for (let at = 0; at + 2 <= body.length; ) {
    const element = readMatroskaElement(body.subarray(at, at + ELEMENT_HEAD_BYTES), at);
    if (element === null || element.to === null || element.to > body.length) return;
    yield { id: element.id, content: body.subarray(element.from, element.to) };
    at = element.to;
  }
}

/** The content of `Info`. A missing duration counts as 0. */
export function readMatroskaInfo(body: Buffer): { scaleNs: number; durationMs: number } {
  let scaleNs = 1_000_000;
  let ticks = 0;
  for (const { id, content } of elementsOf(body)) {
    if (id === matroskaIds.timestampScale) scaleNs = toNumber(content);
    if (id === matroskaIds.duration && content.length === 8) ticks = content.readDoubleBE(0);
    if (id === matroskaIds.duration && content.length === 4) ticks = content.readFloatBE(0);
  }
  return { scaleNs, durationMs: (ticks * scaleNs) / 1e6 };
}

/** A cluster's time is at its beginning, at most after a checksum. */
export function readClusterTicks(body: Buffer): number | null {
  for (const { id, content } of elementsOf(body)) if (id === matroskaIds.timestamp) return toNumber(content);
  return null;
}

const toNumber = (content: Buffer): number => content.reduce((value, byte) => value * 256 + byte, 0);
