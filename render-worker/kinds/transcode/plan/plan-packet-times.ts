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
 * The bitstream filter that puts packets on the timeline so that parts made by several processes join without a seam.
 *
 * - Times of showing stay what they are; only a video's very first picture is moved to 0: one that starts later than the sound stands still from
 *   the beginning.
 * - Times of decoding begin a fixed lead before the first picture. Encoders choose that lead by the pictures that they happen to see, and it ends
 *   up in the initialisation segment's edit list, which must be the same for all parts. At constant rates it is two pictures, which is what encoders
 *   with B-frames choose themselves; at variable and slow rates two ticks, because no more is certain to lie behind the last picture of the part
 *   before: where a part has but a few pictures, encoders decode each as late as it is shown. From there on each picture is decoded at least one tick after the one before it, and as late as the encoder says.
 * - Durations reach to the next packet: the muxer takes the time of a segment's first picture from the durations before it. That of a part's last reaches
 *   to where the next part begins, and that of the video's last at a variable rate to where the container says that the pictures end: it may stand for long.
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

/** How long a span's last packet lasts. */
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
  // The rate is not as exact as the pictures' own times: it counts only where some are missing.
  return `if(gt(${rest},${2 * frame}),${rest},max(DURATION,${frame}))`;
}

/** When a span's last picture ends; null where it is as long as the others, or nobody knows. */
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

/** Ticks between two pictures, on average. */
const frameTicks = (source: SourceFile, { frameRate }: Pick<PlannedRung, "frameRate">): number =>
  Math.max(1, Math.round(planTimeScale(source) / (frameRate ?? 30)));

function leadTicks(source: SourceFile, rung: Pick<PlannedRung, "frameRate">): number {
  // Below it, a part of some seconds may end before an encoder has its delay.
  const isFast = isSteady({ ...source.probe.video, frameRate: rung.frameRate });
  return isFast && isSteady(source.probe.video) ? 2 * frameTicks(source, rung) : 2;
}
