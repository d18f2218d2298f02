import type { SourceFile } from "../probe/index.ts";
import { type LookOptions, readPackets } from "./read-packets.ts";
import type { SourceEntry } from "./render-span.ts";

/**
 * Containers with an index or searchable timestamps, where frames have the same times after a seek as in a
 * full read.
 */
const INDEXED = /^(mov,|matroska,)/;
const SEARCHED = /^mpegts$/;

/**
 * Whether any position can be read separately. Other sources (AVI, raw streams, …) are rendered in one piece.
 */
export const canBeEntered = (source: SourceFile): boolean =>
  INDEXED.test(source.probe.container) || (mustBeSearched(source) && !wrapsRound(source));

/**
 * A transport stream's clock has 33 bits at 90 kHz. It wraps around after that, and times cannot be searched.
 */
const CLOCK_END_SECONDS = 2 ** 33 / 90_000;

const wrapsRound = ({ probe, zeroSeconds }: SourceFile): boolean =>
  zeroSeconds + (probe.durationMs ?? 0) / 1000 >= CLOCK_END_SECONDS;

/**
 * In an MPEG transport stream ffmpeg seeks to positions between key frames, so the key frame must be
 * searched.
 */
export const mustBeSearched = ({ probe }: Pick<SourceFile, "probe">): boolean =>
  SEARCHED.test(probe.container);

/**
 * Key frames are found by decoding time, which precedes display time, and the first frames of an open group
 * need the group before.
 */
const LEAD_MS = 1_000;
/** The same as a number of frames, for slow sources: three for reordering, and an open group's. */
const LEAD_PICTURES = 6;

/** ffmpeg starts this long before the span; earlier frames are decoded and dropped. */
function planEntry(startMs: number, { probe }: SourceFile): SourceEntry {
  const { frameRate } = probe.video;
  const beforeMs = Math.max(LEAD_MS, frameRate === null ? 0 : Math.ceil((LEAD_PICTURES / frameRate) * 1000));
  return { seekMs: startMs > beforeMs ? startMs - beforeMs : null };
}

/**
 * Distances in seconds in which a key frame is searched, in order; after that the source is read from its
 * beginning.
 */
const windows = [12, 60];
/** A key frame this close to the span may start an open group, whose first frames need the group before. */
const OPEN_GROUP_SECONDS = 0.5;

/** Where to start reading for a span. Searches a key frame if the container has no index of them. */
export async function findEntry(
  source: SourceFile,
  startMs: number,
  options: LookOptions,
): Promise<SourceEntry> {
  const planned = planEntry(startMs, source);
  if (planned.seekMs === null || !mustBeSearched(source)) return planned;
  for (const window of windows) {
    const start = source.zeroSeconds + startMs / 1000;
    const key = await lastKeyFrame(source, Math.max(source.zeroSeconds, start - window), start, options);
    if (key === null) continue;
    const seekMs = Math.floor((key - source.zeroSeconds - OPEN_GROUP_SECONDS) * 1000);
    return { seekMs: seekMs > 0 ? seekMs : null };
  }
  return { seekMs: null };
}

/** Seconds on the container's clock; null if there is none in the range. */
async function lastKeyFrame(
  source: SourceFile,
  from: number,
  to: number,
  options: LookOptions,
): Promise<number | null> {
  const intervals = `${from.toFixed(3)}%${to.toFixed(3)}`;
  const look = { intervals, entries: "pts_time,flags", timeoutMs: 60_000 };
  const { lines } = await readPackets(source, look, options);
  const times = lines
    .map((line) => line.split(","))
    .filter(([, flags]) => flags?.startsWith("K"))
    .map(([time]) => Number(time))
    .filter((time) => time <= to - OPEN_GROUP_SECONDS);
  return times.length > 0 ? Math.max(...times) : null;
}

/**
 * Distance in milliseconds from each of these positions back to the key frame at which ffmpeg starts
 * decoding. Reads one packet per position, or some seconds of a transport stream. Empty if unknown.
 */
export async function findLeadIns(
  source: SourceFile,
  startsMs: readonly number[],
  options: LookOptions,
): Promise<number[]> {
  if (startsMs.length === 0) return [];
  if (mustBeSearched(source)) {
    const leads: number[] = [];
    for (const startMs of startsMs) {
      const { seekMs } = await findEntry(source, startMs, options);
      leads.push(startMs - (seekMs ?? 0));
    }
    return leads;
  }
  const places = startsMs.map((startMs) => {
    const { seekMs } = planEntry(startMs, source);
    return `${(source.zeroSeconds + (seekMs ?? 0) / 1000).toFixed(3)}%+#1`;
  });
  const look = { intervals: places.join(","), entries: "pts_time", timeoutMs: 30_000 };
  const { exitCode, lines } = await readPackets(source, look, options);
  const times = lines.filter((line) => /\d/.test(line));
  if (exitCode !== 0 || times.length !== startsMs.length) return [];
  return startsMs.map((startMs, index) => {
    const landedMs = (Number.parseFloat(times[index] ?? "") - source.zeroSeconds) * 1000;
    return Math.max(0, Math.round(startMs - landedMs)) || 0;
  });
}
