import type { SourceFile } from "../probe/index.ts";
import { mustBeSearched, planEntry } from "./plan-entry.ts";
import { type LookOptions, readPackets } from "./read-packets.ts";
import type { SourceEntry } from "./render-span.ts";

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
