import { open } from "node:fs/promises";
import { presentationSpan, type TrackClock } from "@reelay/media-container";

/** The `moof` of a short segment has some kilobytes and comes first. */
const HEAD_BYTES = 256 * 1024;

/** When a media segment is shown, on the timeline. */
interface SegmentTiming {
  startMs: number;
  durationMs: number;
}

/**
 * Start of a media segment's first frame and end of its last, from its track run. Null if it cannot be read.
 */
export async function readSegmentTiming(path: string, clock: TrackClock): Promise<SegmentTiming | null> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
  const span = presentationSpan(buffer.subarray(0, bytesRead));
  if (span === null) return null;
  const toMs = (ticks: number) => Math.round((ticks / clock.timeScale) * 1_000_000) / 1000;
  return { startMs: toMs(span.first - clock.zeroTicks), durationMs: toMs(span.ticks) };
}
