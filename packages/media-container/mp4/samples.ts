import { countEntries, type SampleTables } from "./tables.ts";

/** The samples of a track. Times are in the track's ticks. */
export interface Mp4Samples {
  /** Decoding time of each sample, plus the end time. */
  decodeTimes: Float64Array;
  /** From decoding to presentation. */
  offsets: Int32Array;
  /** Null: every sample is a sync sample. */
  syncSamples: Uint32Array | null;
  sizes: Uint32Array;
}

/**
 * Limit for all tracks of a file: ten hours of 60 pictures a second and of audio. Two tables of a few bytes
 * may claim any number of samples, and each takes 16 bytes here.
 */
export const MOST_SAMPLES = 4_000_000;

/**
 * Null if the tables contradict each other or claim more samples than `room` has left, from which they are
 * taken. Throws a `RangeError` for a table that ends early.
 */
export function readSamples(tables: SampleTables, room: { samples: number }): Mp4Samples | null {
  const count = tables.stsz.readUInt32BE(8);
  if (count > room.samples) return null;
  room.samples -= count;
  const sizes = readSizes(tables.stsz, count);
  const decodeTimes = readDecodeTimes(tables.stts, count);
  const syncSamples = tables.stss ? readSyncSamples(tables.stss, count) : null;
  if (sizes === null || decodeTimes === null || (tables.stss && syncSamples === null)) return null;
  return { decodeTimes, offsets: readOffsets(tables.ctts, count), syncSamples, sizes };
}

function readSizes(stsz: Buffer, count: number): Uint32Array | null {
  const common = stsz.readUInt32BE(4);
  if (common !== 0) return new Uint32Array(count).fill(common);
  if (stsz.length < 12 + count * 4) return null;
  const sizes = new Uint32Array(count);
  for (let sample = 0; sample < count; sample += 1) sizes[sample] = stsz.readUInt32BE(12 + sample * 4);
  return sizes;
}

function readDecodeTimes(stts: Buffer, samples: number): Float64Array | null {
  const times = new Float64Array(samples + 1);
  const runs = countEntries(stts, 8);
  let sample = 0;
  let time = 0;
  for (let run = 0; run < runs; run += 1) {
    const end = sample + stts.readUInt32BE(8 + run * 8);
    const ticks = stts.readUInt32BE(12 + run * 8);
    if (end > samples) return null;
    while (sample < end) {
      time += ticks;
      sample += 1;
      times[sample] = time;
    }
  }
  return sample === samples ? times : null;
}

function readOffsets(ctts: SampleTables["ctts"], samples: number): Int32Array {
  const offsets = new Int32Array(samples);
  if (!ctts) return offsets;
  const runs = countEntries(ctts, 8);
  let sample = 0;
  for (let run = 0; run < runs && sample < samples; run += 1) {
    const count = ctts.readUInt32BE(8 + run * 8);
    // Version 0 is unsigned in the specification; files contain signed values nevertheless.
    offsets.fill(ctts.readInt32BE(12 + run * 8), sample, sample + count);
    sample += count;
  }
  return offsets;
}

/** Null if it names samples that do not exist. */
function readSyncSamples(stss: Buffer, samples: number): Uint32Array | null {
  const count = countEntries(stss, 4);
  if (count > samples) return null;
  const numbers = new Uint32Array(count);
  for (let entry = 0; entry < count; entry += 1) numbers[entry] = stss.readUInt32BE(8 + entry * 4) - 1;
  return numbers.every((sample) => sample < samples) ? numbers : null;
}
