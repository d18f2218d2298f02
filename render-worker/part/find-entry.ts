import { safeInputOptions } from "../ffmpeg/allow-lists.ts";
import { runTool } from "../ffmpeg/run-tool.ts";
import { words } from "../ffmpeg/words.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { mustBeSearched, planEntry } from "./plan-entry.ts";
import type { SourceEntry } from "./render-span.ts";

/** How far back a key frame is looked for, seconds, one after the other; then the source is read from its beginning. */
const windows = [12, 60];
/** A key frame this close before the span may begin an open group, whose first pictures are lost without the group before. */
const openGroupSeconds = 0.5;

/** Where to begin reading for a span. Looks for a key frame where the container has no index of them. */
export async function findEntry(
  source: SourceFile,
  startMs: number,
  options: { ffprobePath: string; limits: { sourcePixels: number }; signal: AbortSignal },
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
  options: { ffprobePath: string; limits: { sourcePixels: number }; signal: AbortSignal },
): Promise<number | null> {
  const { stdout } = await runTool(
    options.ffprobePath,
    [
      ...words("-v error"),
      ...safeInputOptions(options.limits.sourcePixels, source.input),
      ...words(`-select_streams ${source.videoIndex} -read_intervals ${from.toFixed(3)}%${to.toFixed(3)}`),
      ...words("-show_entries packet=pts_time,flags -of csv=p=0"),
      source.input,
    ],
    { timeoutMs: 60_000, signal: options.signal },
  );
  const times = stdout
    .split("\n")
    .map((line) => line.split(","))
    .filter(([, flags]) => flags?.startsWith("K"))
    .map(([time]) => Number(time))
    .filter((time) => time <= to - openGroupSeconds);
  return times.length > 0 ? Math.max(...times) : null;
}
