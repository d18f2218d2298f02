/** Tables of a track (ISO 14496-12, 8.6 and 8.7), which hold no more entries than they have bytes for. */
import type { Step } from "./boxes.ts";

/** The samples of a track. */
export interface SampleTables {
  /** Durations. */
  stts: Buffer;
  /** Offsets from decoding to presentation. */
  ctts?: Buffer;
  /** Sync samples. */
  stss?: Buffer;
  /** Number and sizes. */
  stsz: Buffer;
  /** Samples per chunk. */
  stsc?: Buffer;
  /** Positions of the chunks, in 32 or 64 bits. */
  stco?: Buffer;
  co64?: Buffer;
}

/** Number of entries of this size after version, flags and count: at most as many as fit. */
export const countEntries = (table: Buffer, entryBytes: number): number =>
  table.length < 8 ? 0 : Math.min(table.readUInt32BE(4), Math.floor((table.length - 8) / entryBytes));

/** Ticks per second, from `mdhd` or `mvhd`. In version 1, two times of 8 instead of 4 bytes precede it. */
export const readTimeScale = (header: Buffer): number => header.readUInt32BE(header[0] === 1 ? 20 : 12);

export interface Edit {
  /** In ticks of the movie; 0: to the end. */
  duration: number;
  /** -1: nothing is presented during this edit. */
  mediaTime: number;
}

/** A file with more edits is not from a camera. */
const MOST_EDITS = 1_000;

/** Null if there are too many edits; none without a list. */
export function readEdits(elst: Buffer | null | undefined): Edit[] | null {
  if (!elst) return [];
  const isLong = elst[0] === 1;
  const size = isLong ? 20 : 12;
  const count = countEntries(elst, size);
  if (count > MOST_EDITS) return null;
  return Array.from({ length: count }, (_, entry) => {
    const at = 8 + entry * size;
    return isLong
      ? { duration: Number(elst.readBigUInt64BE(at)), mediaTime: Number(elst.readBigInt64BE(at + 8)) }
      : { duration: elst.readUInt32BE(at), mediaTime: elst.readInt32BE(at + 4) };
  });
}

/**
 * The chunks in order, each with its position in the file and its number of samples. None without their
 * tables.
 */
export function* walkChunks(
  { stsc, stco, co64 }: Pick<SampleTables, "stsc" | "stco" | "co64">,
  step?: Step,
): Generator<{ position: number; samples: number }> {
  const table = stco ?? co64;
  if (!stsc || !table) return;
  const runs = countEntries(stsc, 12);
  const chunks = runs === 0 ? 0 : countEntries(table, stco ? 4 : 8);
  let run = 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    step?.();
    for (; run + 1 < runs && stsc.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1; run += 1) step?.();
    yield {
      position: stco ? stco.readUInt32BE(8 + chunk * 4) : Number(table.readBigUInt64BE(8 + chunk * 8)),
      samples: stsc.readUInt32BE(12 + run * 12),
    };
  }
}

/** Positions of samples in the file. `samples` ascend; null if the tables do not contain them. */
export function samplePositions(
  tables: SampleTables,
  sizes: Uint32Array,
  samples: readonly number[],
): number[] | null {
  const positions: number[] = [];
  let sample = 0;
  for (const chunk of walkChunks(tables)) {
    if (positions.length === samples.length) break;
    let at = chunk.position;
    // A table may claim more samples than there are.
    for (const end = Math.min(sample + chunk.samples, sizes.length); sample < end; sample += 1) {
      if (samples[positions.length] === sample) positions.push(at);
      at += sizes[sample] ?? 0;
    }
  }
  return positions.length === samples.length ? positions : null;
}
