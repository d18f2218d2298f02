import { isTooFast, maxFrameRate } from "../ladder/frame-rate.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { SourceFile } from "../probe/source-file.ts";

/** How long a frame of AAC lasts at 48 kHz. */
export const soundFrameMs = 1_024 / 48;

/** How long each picture of a variant is shown; null where that varies. */
export function frameDurationMs(
  { probe }: Pick<SourceFile, "probe">,
  { frameRate }: Pick<PlannedRung, "frameRate">,
): number | null {
  return frameRate === null || probe.video.isVariableFrameRate ? null : 1000 / frameRate;
}

/** When the video's first picture is shown, on the timeline. */
export const firstPictureMs = ({ probe, zeroSeconds }: Pick<SourceFile, "probe" | "zeroSeconds">): number =>
  ((probe.video.startTime ?? zeroSeconds) - zeroSeconds) * 1000;

/** When the video's pictures are shown, from the first to the end of the last; the end is null where the container does not say. */
export function picturesSpan(source: Pick<SourceFile, "probe" | "zeroSeconds" | "promised">) {
  const { video } = source.probe;
  const ownMs = firstPictureMs(source);
  // What brings a source down to the highest rate puts its pictures on a grid of its own.
  const firstMs = isTooFast(video)
    ? (Math.round((ownMs * maxFrameRate) / 1000) * 1000) / maxFrameRate
    : ownMs;
  const { durationMs } = source.promised;
  return { firstPictureMs: firstMs, picturesEndMs: durationMs === null ? null : ownMs + durationMs };
}
