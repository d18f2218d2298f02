/** Initialization segments and media segments of fragmented MP4 (ISO 14496-12, 8.8). */
import { findBox, walkBoxes } from "./boxes.ts";
import { readEdits, readTimeScale } from "./tables.ts";

/** The clock of the only track in an initialization segment. */
export interface TrackClock {
  /** Ticks per second. */
  timeScale: number;
  /** The timeline's 0 on the track's clock, in ticks: the first presented edit starts there. */
  zeroTicks: number;
}

export function readTrackClock(init: Buffer): TrackClock | null {
  const trak = findBox(init, ["moov", "trak"]);
  const mdhd = trak && findBox(trak, ["mdia", "mdhd"]);
  if (!trak || !mdhd) return null;
  const timeScale = readTimeScale(mdhd);
  const edits = readEdits(findBox(trak, ["edts", "elst"]));
  const first = edits?.find(({ mediaTime }) => mediaTime >= 0);
  return timeScale > 0 ? { timeScale, zeroTicks: first?.mediaTime ?? 0 } : null;
}

interface Sample {
  duration: number;
  /** From decoding to presentation. With B-frames it differs between samples. */
  offset: number;
}

export interface Fragment {
  /** Decoding time of the first sample, in ticks. */
  decodedAt: number;
  samples: Sample[];
}

/** The fragments of one track. Null if one is cut or incomplete. */
export function readFragments(segment: Buffer): Fragment[] | null {
  const fragments: Fragment[] = [];
  for (const { type, body, isCut } of walkBoxes(segment)) {
    if (type !== "moof") continue;
    const traf = isCut ? null : findBox(body, ["traf"]);
    const tfhd = traf && findBox(traf, ["tfhd"]);
    const tfdt = traf && findBox(traf, ["tfdt"]);
    const trun = traf && findBox(traf, ["trun"]);
    const samples = tfhd && trun && readRun(trun, readDefaultDuration(tfhd));
    if (!samples || !tfdt) return null;
    const decodedAt = tfdt[0] === 1 ? Number(tfdt.readBigInt64BE(4)) : tfdt.readUInt32BE(4);
    fragments.push({ decodedAt, samples });
  }
  return fragments;
}

/**
 * Moves the fragments of a segment on their track's clock, in place. False if one is cut, or would begin
 * before 0: then nothing has changed.
 */
export function moveFragments(segment: Buffer, ticks: number): boolean {
  const moved: (() => void)[] = [];
  for (const { type, body, isCut } of walkBoxes(segment)) {
    if (type !== "moof") continue;
    const tfdt = isCut ? null : findBox(body, ["traf", "tfdt"]);
    if (!tfdt) return false;
    const isWide = tfdt[0] === 1;
    const at = (isWide ? Number(tfdt.readBigInt64BE(4)) : tfdt.readUInt32BE(4)) + ticks;
    if (at < 0 || (!isWide && at > 0xff_ff_ff_ff)) return false;
    moved.push(() => (isWide ? tfdt.writeBigInt64BE(BigInt(at), 4) : tfdt.writeUInt32BE(at, 4)));
  }
  for (const move of moved) move();
  return true;
}

/**
 * From the first presented picture of a segment to the end of its last, in ticks. Null if it cannot be
 * read.
 */
export function presentationSpan(segment: Buffer): { first: number; ticks: number } | null {
  const fragments = readFragments(segment);
  const begin = fragments?.[0]?.decodedAt;
  if (!fragments || begin === undefined) return null;
  const samples = fragments.flatMap((fragment) => fragment.samples);
  let decoded = begin;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { duration, offset } of samples) {
    first = Math.min(first, decoded + offset);
    last = Math.max(last, decoded + offset);
    decoded += duration;
  }
  const ticks = last - first + (samples.at(-1)?.duration ?? 0);
  return ticks > 0 ? { first, ticks } : null;
}

/** 8.8.7: optional fields in the order of their flags. */
function readDefaultDuration(tfhd: Buffer): number | null {
  const flags = tfhd.readUIntBE(1, 3);
  if (!(flags & 0x08)) return null;
  return tfhd.readUInt32BE(8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0));
}

/** 8.8.8: per sample duration, size, flags and composition offset, each only if the run's flags say so. */
function readRun(trun: Buffer, defaultDuration: number | null): Sample[] | null {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  const samples: Sample[] = [];
  let at = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  if (at + 4 * fields * count > trun.length) return null;
  for (let sample = 0; sample < count; sample += 1, at += 4 * fields) {
    const duration = flags & 0x100 ? trun.readUInt32BE(at) : defaultDuration;
    if (duration === null) return null;
    samples.push({ duration, offset: flags & 0x800 ? trun.readInt32BE(at + 4 * (fields - 1)) : 0 });
  }
  return samples;
}

/**
 * Presentation time of the first picture of an initialization segment with a media segment behind it, on the
 * clock that all segments of a rendition share. Null if it cannot be read.
 */
export function readPieceStartMs(piece: Buffer): number | null {
  const clock = readTrackClock(piece);
  const fragment = readFragments(piece)?.[0];
  const [sample] = fragment?.samples ?? [];
  if (!clock || !fragment || !sample) return null;
  return ((fragment.decodedAt + sample.offset - clock.zeroTicks) * 1_000) / clock.timeScale;
}
