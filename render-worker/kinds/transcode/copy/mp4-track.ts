import { type Box, pickBoxes, readLevel } from "../../../media/hls/index.ts";

/** One track of an MP4 or MOV file whose index stands in its `moov` box (ISO 14496-12), but for its samples. */
export interface Mp4Track {
  handler: string;
  /** Ticks per second of the track's own clock. */
  timeScale: number;
  /** Neither turned nor mirrored. */
  isUpright: boolean;
  edits: Edit[];
  /** Sample descriptions, each with its type. */
  descriptions: Box[];
  tables: SampleTables;
}

/** Of the samples of a track, as they stand in the file. */
export interface SampleTables {
  /** How long samples last. */
  stts: Buffer;
  /** How much later than they are decoded they are shown. */
  ctts?: Buffer;
  /** Which of them are sync samples. */
  stss?: Buffer;
  /** How many there are, and how large they are. */
  stsz: Buffer;
  /** How many of them lie in each chunk. */
  stsc?: Buffer;
  /** Where the chunks are, in 32 bits or in 64. */
  stco?: Buffer;
  co64?: Buffer;
}

export interface Edit {
  /** In ticks of the movie; 0: to the end. */
  duration: number;
  /** -1: nothing is shown for so long. */
  mediaTime: number;
}

const stblTypes = ["stsd", "stts", "ctts", "stss", "stsz", "stsc", "stco", "co64"] as const;

/** How many entries of so many bytes a table has after version, flags and their number: not more than there is room for. */
export const countEntries = (table: Buffer, entryBytes: number): number =>
  table.length < 8 ? 0 : Math.min(table.readUInt32BE(4), Math.floor((table.length - 8) / entryBytes));

/** Null where the boxes are not as they should be: then the file is better left to ffmpeg alone. */
export function readTrack(trak: Buffer): Mp4Track | null {
  const { tkhd, edts, mdia } = pickBoxes(trak, ["tkhd", "edts", "mdia"]) ?? {};
  const { mdhd, hdlr, minf } = (mdia && pickBoxes(mdia, ["mdhd", "hdlr", "minf"])) ?? {};
  const { stbl } = (minf && pickBoxes(minf, ["stbl"])) ?? {};
  const { stsd, stts, stsz, ...tables } = (stbl && pickBoxes(stbl, stblTypes)) ?? {};
  if (!mdhd || !hdlr || !tkhd || !stsd || !stts || !stsz) return null;
  const timeScale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  const edits = readEdits(edts);
  const descriptions = readLevel(stsd.subarray(8));
  if (timeScale === 0 || edits === null || descriptions === null) return null;
  return {
    handler: hdlr.toString("latin1", 8, 12),
    timeScale,
    isUpright: isUpright(tkhd),
    edits,
    descriptions,
    tables: { stts, stsz, ...tables },
  };
}

/** Cut from so many pieces, a file is none of a camera. */
const mostEdits = 1_000;

function readEdits(edts: Buffer | undefined): Edit[] | null {
  const boxes = edts ? pickBoxes(edts, ["elst"]) : {};
  if (boxes === null) return null;
  const { elst } = boxes;
  if (!elst) return [];
  const isLong = elst[0] === 1;
  const size = isLong ? 20 : 12;
  const count = countEntries(elst, size);
  if (count > mostEdits) return null;
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
