import { isSteady, type PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import {
  frameDurationMs,
  nextPictureMs,
  picturesSpan,
  type RenderSpan,
} from "../../../media/timeline/index.ts";
import { planTimeScale } from "./plan-time-scale.ts";

/**
 * The bitstream filter that puts packets on the timeline, so that parts from several processes join without a
 * seam.
 *
 * - Display times are kept, except that a video's very first frame moves to 0: if it starts after the audio,
 *   it lasts from the beginning.
 * - Decoding times start a fixed lead before the first frame. Encoders choose that lead by the frames that
 *   they happen to see, and the initialization segment's edit list contains it, which must be the same for
 *   all parts. At constant rates the lead is two frames, the encoders' own choice with B-frames. At variable
 *   and slow rates it is two ticks, since no more is certain to be free after the previous part's last frame:
 *   for a part with only a few frames, encoders decode each as late as it is shown. Each further frame is
 *   decoded at least one tick after the previous one, and as late as the encoder says.
 * - Durations extend to the next packet: the muxer derives the time of a segment's first frame from the
 *   durations before it. The last packet of a part extends to the start of the next part, and at a variable
 *   rate that of the video to the end of the video stream, which may be far.
 */
export function planPacketTimes(
  source: SourceFile,
  rung: Pick<PlannedRung, "frameRate">,
  span: RenderSpan,
): string {
  const first = span.startMs === 0 ? "0" : "STARTPTS";
  const start = `${first}-${leadTicks(source, rung)}`;
  const decoded = `if(eq(N,0),${start},max(DTS,${start}+N))`;
  const next = `max(NEXT_DTS,${start}+N+1)`;
  return [
    `setts=pts='${span.startMs === 0 ? "if(eq(N,0),0,PTS)" : "PTS"}'`,
    `dts='${decoded}'`,
    `duration='if(eq(NEXT_DTS,NOPTS),${planLast(source, rung, span, decoded)},${next}-${decoded})'`,
  ].join(":");
}

/** Duration of a span's last packet. */
function planLast(
  source: SourceFile,
  rung: Pick<PlannedRung, "frameRate">,
  span: RenderSpan,
  decoded: string,
): string {
  const frame = frameTicks(source, rung);
  const end = lastsTo(source, rung, span);
  if (end === null) return `max(DURATION,${frame})`;
  const nextTicks = Math.round((end.ms * planTimeScale(source)) / 1000) - leadTicks(source, rung);
  const rest = `${nextTicks}-${decoded}`;
  if (end.isNextPicture) return `max(1,${rest})`;
  // The rate is less exact than the frames' own times, so it counts only if frames are missing.
  return `if(gt(${rest},${2 * frame}),${rest},max(DURATION,${frame}))`;
}

/** End of a span's last frame; null if it is as long as the others, or unknown. */
function lastsTo(
  source: SourceFile,
  rung: Pick<PlannedRung, "frameRate">,
  { endMs }: RenderSpan,
): { ms: number; isNextPicture: boolean } | null {
  const { firstPictureMs, picturesEndMs } = picturesSpan(source);
  const frameMs = frameDurationMs(source, rung);
  if (frameMs !== null) {
    return endMs !== null && picturesEndMs !== null && picturesEndMs >= endMs
      ? { ms: nextPictureMs(endMs, frameMs, firstPictureMs), isNextPicture: false }
      : null;
  }
  if (endMs !== null && (picturesEndMs ?? endMs) >= endMs) return { ms: endMs, isNextPicture: true };
  return picturesEndMs === null ? null : { ms: picturesEndMs, isNextPicture: false };
}

/** Average number of ticks between frames. */
const frameTicks = (source: SourceFile, { frameRate }: Pick<PlannedRung, "frameRate">): number =>
  Math.max(1, Math.round(planTimeScale(source) / (frameRate ?? 30)));

function leadTicks(source: SourceFile, rung: Pick<PlannedRung, "frameRate">): number {
  // Below this rate, a part of some seconds may end within the encoder's delay.
  const isFast = isSteady({ ...source.probe.video, frameRate: rung.frameRate });
  return isFast && isSteady(source.probe.video) ? 2 * frameTicks(source, rung) : 2;
}
