import { planTimeScale } from "../ffmpeg/plan-time-scale.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { SourceFile } from "../probe/source-file.ts";
import type { RenderSpan } from "./render-span.ts";

/**
 * The bitstream filter that puts packets on the timeline so that parts made by several processes join without a seam.
 *
 * - Times of showing stay what they are; only a video's very first picture is moved to 0: one that starts later than the sound stands still from
 *   the beginning.
 * - Times of decoding begin a fixed lead before the first picture. Encoders choose that lead by the pictures that they happen to see, and it ends
 *   up in the initialisation segment's edit list, which must be the same for all parts. At constant rates it is two pictures, which is what encoders
 *   with B-frames choose themselves; at variable and slow rates two ticks, because no more is certain to lie behind the last picture of the part
 *   before: where a part has but a few pictures, encoders decode each as late as it is shown. From there on each picture is decoded at least one tick after the one before it, and as late as the encoder says.
 * - Durations reach to the next packet: the muxer takes the time of a segment's first picture from the durations before it.
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
    `duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,${frameTicks(source, rung)}),${next}-${decoded})'`,
  ].join(":");
}

/** Ticks between two pictures, on average. */
const frameTicks = (source: SourceFile, { frameRate }: Pick<PlannedRung, "frameRate">): number =>
  Math.max(1, Math.round(planTimeScale(source) / (frameRate ?? 30)));

/** Pictures per second; below it, a part of some seconds may end before an encoder has its delay. */
const slow = 5;

function leadTicks(source: SourceFile, rung: Pick<PlannedRung, "frameRate">): number {
  const isSteady = source.frameRate && !source.probe.video.isVariableFrameRate;
  return isSteady && (rung.frameRate ?? slow) >= slow ? 2 * frameTicks(source, rung) : 2;
}
