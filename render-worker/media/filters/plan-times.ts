import { isTooFast, maxFrameRate } from "../ladder/index.ts";
import type { SourceFile } from "../probe/index.ts";
import type { RenderSpan } from "../timeline/index.ts";

/**
 * What decides which pictures there are and when, before anything is cut: the same filters wherever pictures are decoded.
 *
 * @param deinterlace of the place where they lie: touches only frames that are marked as interlaced, and makes one of each
 */
export function planTimes(
  { probe: { container, video } }: SourceFile,
  { startMs }: RenderSpan,
  deinterlace: string,
): string[] {
  return [
    ...(video.isInterlaced ? [deinterlace] : []),
    ...(isTooFast(video) ? [`fps=${maxFrameRate}`] : []),
    ...(startMs === 0 && mayBeginEarly(container, video) ? ["trim=start=-0.005"] : []),
  ];
}

/** What an edit list leaves out at the beginning must be decoded all the same. Decoders say what it was, but not that of AV1. */
const mayBeginEarly = (container: string, { codec }: SourceFile["probe"]["video"]): boolean =>
  container.startsWith("mov,") && codec === "av1";
