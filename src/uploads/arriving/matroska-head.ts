import {
  type ArrivingFile,
  type HeadCheck,
  type HeadScan,
  type HeadWish,
  never,
  waitsFor,
} from "./head-check.ts";

/** Element ids of Matroska (RFC 9559) and EBML (RFC 8794). */
const ids = {
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
const headBytes = 12;
/** A title, the names of two programs, and numbers. */
const maxInfoBytes = 64 * 1024;
/** Headers, attachments and clusters of a head. */
const maxElements = 10_000;

interface Element {
  id: number;
  /** Start of its content. */
  from: number;
  /** End of its content; null: unknown, it extends to its next sibling. */
  to: number | null;
}

/**
 * Matroska and WebM: the head is complete once a later cluster has started. A recording that was never closed
 * has no length and waits.
 */
export async function checkMatroskaHead(
  file: ArrivingFile,
  wish: HeadWish,
  scan: HeadScan,
): Promise<HeadCheck> {
  const known = scan.matroska;
  for (; scan.count < maxElements; scan.count += 1) {
    const { at } = scan;
    if (at + headBytes > file.storedBytes) return waitsFor(at + headBytes);
    const element = readElement(await file.read(at, headBytes), at);
    if (element === null) return never;
    const { id, from, to } = element;
    if (id === ids.segment) {
      scan.at = from;
      continue;
    }
    if (to === null) return never;
    if (id === ids.info && known.info === null) {
      if (to - from > maxInfoBytes) return never;
      if (to > file.storedBytes) return waitsFor(to);
      known.info = readInfo(await file.read(from, to - from));
      if (known.info.durationMs <= wish.longerThanMs) return never;
    }
    known.hasTracks ||= id === ids.tracks;
    if (id === ids.cluster) {
      if (known.info === null || !known.hasTracks) return never;
      if (from + headBytes * 4 > file.storedBytes) return waitsFor(from + headBytes * 4);
      const ticks = readTimestamp(await file.read(from, headBytes * 4));
      if (ticks === null) return never;
      if ((ticks * known.info.scaleNs) / 1e6 >= wish.headMs) return { kind: "THERE" };
    }
    scan.at = to;
  }
  return never;
}

function readElement(bytes: Buffer, at: number): Element | null {
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
    const element = readElement(body.subarray(at, at + headBytes), at);
    if (element === null || element.to === null || element.to > body.length) return;
    yield { id: element.id, content: body.subarray(element.from, element.to) };
    at = element.to;
  }
}

/** A missing duration counts as none. */
function readInfo(body: Buffer): { scaleNs: number; durationMs: number } {
  let scaleNs = 1_000_000;
  let ticks = 0;
  for (const { id, content } of elementsOf(body)) {
    if (id === ids.timestampScale) scaleNs = toNumber(content);
    if (id === ids.duration && content.length === 8) ticks = content.readDoubleBE(0);
    if (id === ids.duration && content.length === 4) ticks = content.readFloatBE(0);
  }
  return { scaleNs, durationMs: (ticks * scaleNs) / 1e6 };
}

/** A cluster's time is at its beginning, at most after a checksum. */
function readTimestamp(body: Buffer): number | null {
  for (const { id, content } of elementsOf(body)) if (id === ids.timestamp) return toNumber(content);
  return null;
}

const toNumber = (content: Buffer): number => content.reduce((value, byte) => value * 256 + byte, 0);
