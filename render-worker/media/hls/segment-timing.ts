import { open } from "node:fs/promises";
import { findBox, walkBoxes } from "./boxes.ts";

/** The clock of the one track in an initialisation segment. */
export interface TrackClock {
  /** Ticks per second. */
  timeScale: number;
  /** Where on the track's clock the timeline's 0 is, ticks: what the edit list cuts off. */
  zeroTicks: number;
}

export function readTrackClock(init: Buffer): TrackClock | null {
  const mdhd = findBox(init, ["moov", "trak", "mdia", "mdhd"]);
  if (!mdhd) return null;
  // Version 1 has two times of 8 bytes instead of 4 before it.
  const timeScale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  return timeScale > 0 ? { timeScale, zeroTicks: readEditStart(init) } : null;
}

/** ISO 14496-12, 8.6.6: the media time of the first edit that shows something. */
function readEditStart(init: Buffer): number {
  const elst = findBox(init, ["moov", "trak", "edts", "elst"]);
  if (!elst) return 0;
  const isLong = elst[0] === 1;
  const count = elst.readUInt32BE(4);
  for (let entry = 0, at = 8; entry < count; entry += 1, at += isLong ? 20 : 12) {
    const mediaTime = isLong ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4);
    if (mediaTime >= 0) return mediaTime;
  }
  return 0;
}

/** The `moof` of a segment of a few seconds has some kilobytes; it stands at the beginning. */
const headBytes = 256 * 1024;

/** When a media segment is shown, on the timeline. */
export interface SegmentTiming {
  startMs: number;
  durationMs: number;
}

/**
 * When a media segment is shown: from its first picture to the end of its last, as its track run says. Null when that cannot be
 * read.
 */
export async function readSegmentTiming(path: string, clock: TrackClock): Promise<SegmentTiming | null> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(headBytes);
  const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
  const span = presentationSpan(buffer.subarray(0, bytesRead));
  if (span === null) return null;
  const toMs = (ticks: number) => Math.round((ticks / clock.timeScale) * 1_000_000) / 1000;
  return { startMs: toMs(span.first - clock.zeroTicks), durationMs: toMs(span.ticks) };
}

interface Sample {
  duration: number;
  /** From decoding to showing; B-frames make it differ from sample to sample. */
  offset: number;
}

function presentationSpan(head: Buffer): { first: number; ticks: number } | null {
  const moofs = [...walkBoxes(head)].filter(({ type }) => type === "moof");
  const samples: Sample[] = [];
  let begin: number | null = null;
  for (const moof of moofs) {
    const traf = moof.isCut ? null : findBox(moof.body, ["traf"]);
    const tfhd = traf && findBox(traf, ["tfhd"]);
    const trun = traf && findBox(traf, ["trun"]);
    const run = tfhd && trun && readRun(trun, readDefaultDuration(tfhd));
    if (!run) return null;
    begin ??= readDecodeTime(traf);
    samples.push(...run);
  }
  let decoded = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { duration, offset } of samples) {
    first = Math.min(first, decoded + offset);
    last = Math.max(last, decoded + offset);
    decoded += duration;
  }
  const span = last - first + (samples.at(-1)?.duration ?? 0);
  return span > 0 && begin !== null ? { first: begin + first, ticks: span } : null;
}

/** ISO 14496-12, 8.8.12. */
function readDecodeTime(traf: Buffer): number | null {
  const tfdt = findBox(traf, ["tfdt"]);
  if (!tfdt) return null;
  return tfdt[0] === 1 ? Number(tfdt.readBigInt64BE(4)) : tfdt.readUInt32BE(4);
}

/** ISO 14496-12, 8.8.7: optional fields in the order of their flags. */
function readDefaultDuration(tfhd: Buffer): number | null {
  const flags = tfhd.readUIntBE(1, 3);
  if (!(flags & 0x08)) return null;
  return tfhd.readUInt32BE(8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0));
}

/** ISO 14496-12, 8.8.8: per sample duration, size, flags and composition offset, each only where the run's flags say so. */
function readRun(trun: Buffer, defaultDuration: number | null): Sample[] | null {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  const samples: Sample[] = [];
  let at = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  for (let sample = 0; sample < count; sample += 1, at += 4 * fields) {
    if (at + 4 * fields > trun.length) return null;
    const duration = flags & 0x100 ? trun.readUInt32BE(at) : defaultDuration;
    if (duration === null) return null;
    samples.push({ duration, offset: flags & 0x800 ? trun.readInt32BE(at + 4 * (fields - 1)) : 0 });
  }
  return samples;
}
