import { findBox, walkBoxes } from "../hls/index.ts";

/**
 * When the first picture of a piece (an initialisation segment and a media segment behind it) is shown, on the clock that all segments of
 * its rendition share: decoding time and composition offset, less what the edit list takes off. Null when that cannot be read.
 */
export function readPieceStartMs(piece: Buffer): number | null {
  const moof = [...walkBoxes(piece)].find(({ type }) => type === "moof");
  const moov = findBox(piece, ["moov"]);
  const mdhd = moov && findBox(moov, ["trak", "mdia", "mdhd"]);
  const tfdt = moof && findBox(moof.body, ["traf", "tfdt"]);
  const trun = moof && findBox(moof.body, ["traf", "trun"]);
  if (!moov || !mdhd || !tfdt || !trun) return null;
  // Version 1 has two times of 8 bytes instead of 4 before it.
  const timeScale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  if (timeScale === 0) return null;
  // ISO 14496-12, 8.8.12: version 1 has 64 bits.
  const decodedAt = tfdt[0] === 1 ? Number(tfdt.readBigInt64BE(4)) : tfdt.readUInt32BE(4);
  return ((decodedAt + firstOffset(trun) - editOffset(moov)) * 1_000) / timeScale;
}

/** ISO 14496-12, 8.8.8: the first sample's composition offset is behind its duration, size and flags, each only where the run has them. */
function firstOffset(trun: Buffer): number {
  const flags = trun.readUIntBE(1, 3);
  if (!(flags & 0x800)) return 0;
  const ahead = [0x100, 0x200, 0x400].filter((flag) => flags & flag).length;
  return trun.readInt32BE(8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0) + 4 * ahead);
}

/** ISO 14496-12, 8.6.6: what of the media the first edit leaves out; an empty edit (-1) leaves out nothing. */
function editOffset(moov: Buffer): number {
  const elst = findBox(moov, ["trak", "edts", "elst"]);
  if (!elst || elst.readUInt32BE(4) === 0) return 0;
  const time = elst[0] === 1 ? Number(elst.readBigInt64BE(16)) : elst.readInt32BE(12);
  return Math.max(0, time);
}
