import { type Box, findBox, walkBoxes } from "../hls/boxes.ts";

/** One track of an MP4 or MOV file whose index stands in its `moov` box (ISO 14496-12). Times are in the track's own ticks. */
export interface Mp4Track {
  handler: string;
  timeScale: number;
  /** Neither turned nor mirrored. */
  isUpright: boolean;
  edits: Edit[];
  /** Sample descriptions, each with its type. */
  descriptions: Box[];
  /** Decoding time of each sample, and one more for the end. */
  decodeTimes: Float64Array;
  /** Added to the decoding time for the time of showing. */
  offsets: Int32Array;
  /** Runs of equally long samples. */
  durations: { count: number; ticks: number }[];
  /** Null: every sample is a sync sample. */
  syncSamples: number[] | null;
  sizes: Uint32Array;
  stbl: Buffer;
}

export interface Edit {
  /** In ticks of the movie; 0: to the end. */
  duration: number;
  /** -1: nothing is shown for so long. */
  mediaTime: number;
}

/** Null where the boxes are not as they should be: then the file is better left to ffmpeg alone. */
export function readTrack(trak: Buffer): Mp4Track | null {
  const mdia = findBox(trak, ["mdia"]);
  const mdhd = mdia && findBox(mdia, ["mdhd"]);
  const hdlr = mdia && findBox(mdia, ["hdlr"]);
  const tkhd = findBox(trak, ["tkhd"]);
  const stbl = mdia && findBox(mdia, ["minf", "stbl"]);
  const stsd = stbl && findBox(stbl, ["stsd"]);
  const stts = stbl && findBox(stbl, ["stts"]);
  const sizes = stbl && readSizes(stbl);
  if (!mdhd || !hdlr || !tkhd || !stbl || !stsd || !stts || !sizes) return null;
  const timeScale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  if (timeScale === 0) return null;
  const durations = pairs(stts).map(([count, ticks]) => ({ count, ticks }));
  const decodeTimes = toDecodeTimes(durations, sizes.length);
  if (decodeTimes === null) return null;
  return {
    handler: hdlr.toString("latin1", 8, 12),
    timeScale,
    isUpright: isUpright(tkhd),
    edits: readEdits(findBox(trak, ["edts", "elst"])),
    descriptions: [...walkBoxes(stsd.subarray(8))],
    decodeTimes,
    offsets: readOffsets(findBox(stbl, ["ctts"]), sizes.length),
    durations,
    syncSamples: readSyncSamples(findBox(stbl, ["stss"])),
    sizes,
    stbl,
  };
}

/** Entries of two 32-bit numbers after version, flags and count. */
function pairs(box: Buffer): [number, number][] {
  const count = Math.min(box.readUInt32BE(4), Math.floor((box.length - 8) / 8));
  return Array.from({ length: count }, (_, entry) => [
    box.readUInt32BE(8 + entry * 8),
    box.readUInt32BE(12 + entry * 8),
  ]);
}

function toDecodeTimes(durations: Mp4Track["durations"], samples: number): Float64Array | null {
  const times = new Float64Array(samples + 1);
  let sample = 0;
  let time = 0;
  for (const { count, ticks } of durations) {
    if (sample + count > samples) return null;
    for (let end = sample + count; sample < end; ) {
      time += ticks;
      sample += 1;
      times[sample] = time;
    }
  }
  return sample === samples ? times : null;
}

function readOffsets(ctts: Buffer | null, samples: number): Int32Array {
  const offsets = new Int32Array(samples);
  let sample = 0;
  for (const [count, offset] of ctts ? pairs(ctts) : []) {
    // Version 0 has no sign by the book; files have it all the same.
    offsets.fill(offset | 0, sample, sample + count);
    sample += count;
  }
  return offsets;
}

function readSyncSamples(stss: Buffer | null): number[] | null {
  if (stss === null) return null;
  const count = Math.min(stss.readUInt32BE(4), Math.floor((stss.length - 8) / 4));
  return Array.from({ length: count }, (_, entry) => stss.readUInt32BE(8 + entry * 4) - 1);
}

function readSizes(stbl: Buffer): Uint32Array | null {
  const stsz = findBox(stbl, ["stsz"]);
  if (!stsz) return null;
  const common = stsz.readUInt32BE(4);
  const count = stsz.readUInt32BE(8);
  if (common === 0 && stsz.length < 12 + count * 4) return null;
  if (count > 20_000_000) return null;
  const sizes = new Uint32Array(count).fill(common);
  if (common === 0) for (let at = 0; at < count; at += 1) sizes[at] = stsz.readUInt32BE(12 + at * 4);
  return sizes;
}

function readEdits(elst: Buffer | null): Edit[] {
  if (elst === null) return [];
  const isLong = elst[0] === 1;
  const size = isLong ? 20 : 12;
  const count = Math.min(elst.readUInt32BE(4), Math.floor((elst.length - 8) / size));
  return Array.from({ length: count }, (_, entry) => {
    const at = 8 + entry * size;
    return isLong
      ? { duration: Number(elst.readBigUInt64BE(at)), mediaTime: Number(elst.readBigInt64BE(at + 8)) }
      : { duration: elst.readUInt32BE(at), mediaTime: elst.readInt32BE(at + 4) };
  });
}

/** The matrix of `tkhd`: a, b, u, c, d, v, x, y, w. A shift (x, y) moves a picture that stands alone nowhere. */
function isUpright(tkhd: Buffer): boolean {
  const at = tkhd[0] === 1 ? 52 : 40;
  const [a, b, , c, d] = Array.from({ length: 5 }, (_, entry) => tkhd.readInt32BE(at + entry * 4));
  return a === 0x10000 && b === 0 && c === 0 && d === 0x10000;
}
