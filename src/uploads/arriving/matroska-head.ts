import {
  ELEMENT_HEAD_BYTES,
  matroskaIds,
  readClusterTicks,
  readMatroskaElement,
  readMatroskaInfo,
} from "@reelay/media-container";
import {
  type ArrivingFile,
  type HeadCheck,
  type HeadScan,
  type HeadWish,
  never,
  waitsFor,
} from "./head-check.ts";

/** A title, the names of two programs, and numbers. */
const MAX_INFO_BYTES = 64 * 1024;
/** Headers, attachments and clusters of a head. */
const MAX_ELEMENTS = 10_000;

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
  for (; scan.count < MAX_ELEMENTS; scan.count += 1) {
    const { at } = scan;
    if (at + ELEMENT_HEAD_BYTES > file.storedBytes) return waitsFor(at + ELEMENT_HEAD_BYTES);
    const element = readMatroskaElement(await file.read(at, ELEMENT_HEAD_BYTES), at);
    if (element === null) return never;
    const { id, from, to } = element;
    if (id === matroskaIds.segment) {
      scan.at = from;
      continue;
    }
    if (to === null) return never;
    if (id === matroskaIds.info && known.info === null) {
      if (to - from > MAX_INFO_BYTES) return never;
      if (to > file.storedBytes) return waitsFor(to);
      known.info = readMatroskaInfo(await file.read(from, to - from));
      if (known.info.durationMs <= wish.longerThanMs) return never;
    }
    known.hasTracks ||= id === matroskaIds.tracks;
    if (id === matroskaIds.cluster) {
      if (known.info === null || !known.hasTracks) return never;
      if (from + ELEMENT_HEAD_BYTES * 4 > file.storedBytes) return waitsFor(from + ELEMENT_HEAD_BYTES * 4);
      const ticks = readClusterTicks(await file.read(from, ELEMENT_HEAD_BYTES * 4));
      if (ticks === null) return never;
      if ((ticks * known.info.scaleNs) / 1e6 >= wish.headMs) return { kind: "THERE" };
    }
    scan.at = to;
  }
  return never;
}
