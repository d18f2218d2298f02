import { isTooFast, MAX_FRAME_RATE } from "../ladder/index.ts";
import type { SourceFile } from "../probe/index.ts";
import type { RenderSpan } from "../timeline/index.ts";

/**
 * Filters that determine the frames and their times before anything is cut; the same wherever frames are
 * decoded.
 *
 * @param deinterlace filter for the memory that holds the frames. Processes only frames marked as interlaced,
 * one output frame each.
 */
export function planTimes(
  { probe: { container, video } }: SourceFile,
  { startMs }: RenderSpan,
  deinterlace: string,
): string[] {
  return [
    ...(video.isInterlaced ? [deinterlace] : []),
    ...(isTooFast(video) ? [`fps=${MAX_FRAME_RATE}`] : []),
    ...(startMs === 0 && mayBeginEarly(container, video) ? ["trim=start=-0.005"] : []),
  ];
}

/**
 * Frames that an edit list cuts off at the beginning must still be decoded. Decoders mark such frames, except
 * those of AV1.
 */
const mayBeginEarly = (container: string, { codec }: SourceFile["probe"]["video"]): boolean =>
  container.startsWith("mov,") && codec === "av1";
