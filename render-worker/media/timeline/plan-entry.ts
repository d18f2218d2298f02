import type { SourceFile } from "../probe/index.ts";
import { type LookOptions, readPackets } from "./read-packets.ts";
import type { SourceEntry } from "./render-span.ts";

/**
 * Containers with an index, or with time stamps that can be searched, whose pictures come back with the times that a reading from the beginning
 * gives them.
 */
const indexed = /^(mov,|matroska,)/;
const searched = /^mpegts$/;

/** Whether any place of it can be read on its own. Others (AVI, raw streams, …) are made in one piece. */
export const canBeEntered = (source: SourceFile): boolean =>
  indexed.test(source.probe.container) || (mustBeSearched(source) && !wrapsRound(source));

/** Of a transport stream's clock, which has 33 bits at 90 kHz: after it, it begins at 0 again, and times cannot be searched. */
const clockEndSeconds = 2 ** 33 / 90_000;

const wrapsRound = ({ probe, zeroSeconds }: SourceFile): boolean =>
  zeroSeconds + (probe.durationMs ?? 0) / 1000 >= clockEndSeconds;

/** In an MPEG transport stream ffmpeg lands anywhere between key frames: the one to begin with must be looked for. */
export const mustBeSearched = ({ probe }: Pick<SourceFile, "probe">): boolean =>
  searched.test(probe.container);

/** Key frames are found by their time of decoding, which is earlier than that of showing, and an open group's first pictures need the one before it. */
const leadMs = 1_000;
/** The same in pictures, of which a slow source has few per second: three that are shown before they are decoded in order, and an open group's. */
const leadPictures = 6;

/** ffmpeg is told to begin this long before the span; the pictures before it are decoded and left out. */
function planEntry(startMs: number, { probe }: SourceFile): SourceEntry {
  const { frameRate } = probe.video;
  const beforeMs = Math.max(leadMs, frameRate === null ? 0 : Math.ceil((leadPictures / frameRate) * 1000));
  return { seekMs: startMs > beforeMs ? startMs - beforeMs : null };
}

/** How far back a key frame is looked for, seconds, one after the other; then the source is read from its beginning. */
const windows = [12, 60];
/** A key frame this close before the span may begin an open group, whose first pictures are lost without the group before. */
const openGroupSeconds = 0.5;

/** Where to begin reading for a span. Looks for a key frame where the container has no index of them. */
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
    const seekMs = Math.floor((key - source.zeroSeconds - openGroupSeconds) * 1000);
    return { seekMs: seekMs > 0 ? seekMs : null };
  }
  return { seekMs: null };
}

/** Seconds on the container's clock; null when there is none in between. */
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
    .filter((time) => time <= to - openGroupSeconds);
  return times.length > 0 ? Math.max(...times) : null;
}

/**
 * How long before each of these places decoding begins, milliseconds: at the key frame that ffmpeg lands on. Reads a packet at each, and of a transport
 * stream some seconds. Empty where that cannot be told.
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
