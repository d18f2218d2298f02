import { isSteady, isTooFast, MAX_FRAME_RATE, type PlannedRung } from "../ladder/index.ts";
import type { SourceFile } from "../probe/index.ts";

/** Duration of an AAC frame at 48 kHz. */
export const AUDIO_FRAME_MS = 1_024 / 48;

/**
 * Duration of each frame of a variant; null if it varies, or is so long that frames are repeated at borders.
 */
export function frameDurationMs(
  { probe }: Pick<SourceFile, "probe">,
  { frameRate }: Pick<PlannedRung, "frameRate">,
): number | null {
  return frameRate === null || !isSteady(probe.video) ? null : 1000 / frameRate;
}

/** Time of the first frame at or after a time, at a constant rate, with a tolerance for rounded clocks. */
export const nextPictureMs = (ms: number, frameMs: number, firstMs: number): number =>
  firstMs + Math.max(0, Math.ceil((ms - firstMs) / frameMs - 0.03)) * frameMs;

/** When the video's first frame is shown, on the timeline. */
export const firstPictureMs = ({ probe, zeroSeconds }: Pick<SourceFile, "probe" | "zeroSeconds">): number =>
  ((probe.video.startTime ?? zeroSeconds) - zeroSeconds) * 1000;

/**
 * When the video's frames are shown, from the first to the end of the last; the end is null if the container
 * does not state it.
 */
export function picturesSpan(source: Pick<SourceFile, "probe" | "zeroSeconds" | "promised">) {
  const { probe } = source;
  const { video } = probe;
  const ownMs = firstPictureMs(source);
  // Reducing a source to the maximum rate puts its frames on a new grid.
  const firstMs = isTooFast(video)
    ? (Math.round((ownMs * MAX_FRAME_RATE) / 1000) * 1000) / MAX_FRAME_RATE
    : ownMs;
  // A lone video stream lasts as long as its container.
  const durationMs = source.promised.durationMs ?? (probe.streamCount === 1 ? probe.durationMs : null);
  const endMs = durationMs === null ? null : ownMs + durationMs;
  // No stream lasts longer than its container.
  const picturesEndMs = endMs === null ? null : Math.min(endMs, Math.max(ownMs, probe.durationMs ?? endMs));
  return { firstPictureMs: firstMs, picturesEndMs };
}
