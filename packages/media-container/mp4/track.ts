import { type Box, pickBoxes, readLevel } from "./boxes.ts";
import { type Edit, readEdits, readTimeScale, type SampleTables } from "./tables.ts";

/** One track of an MP4 or MOV file with its index in `moov` (ISO 14496-12), without its samples. */
export interface Mp4Track {
  handler: string;
  /** Ticks per second of the track's clock. */
  timeScale: number;
  /** Neither rotated nor mirrored. */
  isUpright: boolean;
  edits: Edit[];
  /** Sample descriptions with their types. */
  descriptions: Box[];
  tables: SampleTables;
}

const stblTypes = ["stsd", "stts", "ctts", "stss", "stsz", "stsc", "stco", "co64"] as const;

/** Null if the boxes are irregular: then ffmpeg alone should read the file. */
export function readTrack(trak: Buffer): Mp4Track | null {
  const { tkhd, edts, mdia } = pickBoxes(trak, ["tkhd", "edts", "mdia"]) ?? {};
  const { mdhd, hdlr, minf } = (mdia && pickBoxes(mdia, ["mdhd", "hdlr", "minf"])) ?? {};
  const { stbl } = (minf && pickBoxes(minf, ["stbl"])) ?? {};
  const { stsd, stts, stsz, ...tables } = (stbl && pickBoxes(stbl, stblTypes)) ?? {};
  if (!mdhd || !hdlr || !tkhd || !stsd || !stts || !stsz) return null;
  const timeScale = readTimeScale(mdhd);
  const edit = edts ? pickBoxes(edts, ["elst"]) : {};
  const edits = edit && readEdits(edit.elst);
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

/** The matrix of `tkhd`: a, b, u, c, d, v, x, y, w. A shift (x, y) has no effect on a single picture. */
function isUpright(tkhd: Buffer): boolean {
  const at = tkhd[0] === 1 ? 52 : 40;
  const [a, b, , c, d] = Array.from({ length: 5 }, (_, entry) => tkhd.readInt32BE(at + entry * 4));
  return a === 0x10000 && b === 0 && c === 0 && d === 0x10000;
}
