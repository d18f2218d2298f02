import { isSteady, isTooFast, maxFrameRate, type PlannedRung } from "../ladder/index.ts";
import type { SourceFile } from "../probe/index.ts";

/** How long a frame of AAC lasts at 48 kHz. */
export const soundFrameMs = 1_024 / 48;

/** How long each picture of a variant is shown; null where that varies, or is so long that some are shown again at borders. */
export function frameDurationMs(
  { probe }: Pick<SourceFile, "probe">,
  { frameRate }: Pick<PlannedRung, "frameRate">,
): number | null {
  return frameRate === null || !isSteady(probe.video) ? null : 1000 / frameRate;
}

/** Of pictures at a constant rate: when the first is shown that begins at or after a time, but for what clocks are rounded by. */
export const nextPictureMs = (ms: number, frameMs: number, firstMs: number): number =>
  firstMs + Math.max(0, Math.ceil((ms - firstMs) / frameMs - 0.03)) * frameMs;

/** When the video's first picture is shown, on the timeline. */
export const firstPictureMs = ({ probe, zeroSeconds }: Pick<SourceFile, "probe" | "zeroSeconds">): number =>
  ((probe.video.startTime ?? zeroSeconds) - zeroSeconds) * 1000;

/** When the video's pictures are shown, from the first to the end of the last; the end is null where the container does not say. */
export function picturesSpan(source: Pick<SourceFile, "probe" | "zeroSeconds" | "promised">) {
  const { probe } = source;
  const { video } = probe;
  const ownMs = firstPictureMs(source);
  // What brings a source down to the highest rate puts its pictures on a grid of its own.
  const firstMs = isTooFast(video)
    ? (Math.round((ownMs * maxFrameRate) / 1000) * 1000) / maxFrameRate
    : ownMs;
  // Alone in its container, the picture lasts as long as that.
  const durationMs = source.promised.durationMs ?? (probe.streamCount === 1 ? probe.durationMs : null);
  const endMs = durationMs === null ? null : ownMs + durationMs;
  // None lasts longer than what holds it.
  const picturesEndMs = endMs === null ? null : Math.min(endMs, Math.max(ownMs, probe.durationMs ?? endMs));
  return { firstPictureMs: firstMs, picturesEndMs };
}
