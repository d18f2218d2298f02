import type { Profile } from "@reelay/contracts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { bordersMs, firstPictureMs, type RenderSpan } from "../../../media/timeline/index.ts";
import { type CommonFrames, planCommonFrames } from "./plan-thinning.ts";

/** Longest span with an explicit list of key frames; longer ones use an expression. */
const LISTED_MS = 15 * 60_000;

/**
 * The argument of `-force_key_frames` for a span: a key frame on the first frame at or after each multiple of
 * the GOP duration and each segment border. Closed groups at fixed times, the same in all variants and parts,
 * so that players can switch at any segment.
 *
 * A list contains times of the timeline. ffmpeg's expression only knows the time since the first frame, which
 * is enough if no other part must match. If rungs have different frames, key frames are on frames that all
 * share.
 */
export function planKeyFrames(
  span: RenderSpan,
  source: SourceFile,
  profile: Pick<Profile, "rungs" | "segmentDurationMs" | "gopDurationMs">,
  rung: PlannedRung,
): string {
  const { segmentDurationMs, gopDurationMs } = profile;
  const { video, durationMs } = source.probe;
  const common = planCommonFrames(video, rung, profile);
  const lastMs = span.endMs ?? (durationMs === null ? null : durationMs + beyondMs(source));
  if (lastMs === null || lastMs - span.startMs > LISTED_MS) return rule(span, profile, common);
  const times = new Set(bordersMs(span.startMs, lastMs, segmentDurationMs, span.firstSegmentMs));
  const firstGop = Math.ceil(span.startMs / gopDurationMs) * gopDurationMs;
  for (let time = firstGop; time < lastMs; time += gopDurationMs) times.add(time);
  times.add(span.startMs);
  return [...times]
    .sort((a, b) => a - b)
    .map((ms) => (common === null ? ms : onCommonFrame(ms, span, source, common)))
    .map((ms) => Math.round(ms * 1000) / 1_000_000)
    .join(",");
}

/**
 * The stated length of a stream without an index is a guess: for concatenated recordings, it is that of one.
 */
const beyondMs = ({ probe }: SourceFile): number =>
  probe.container === "mpegts" || probe.container === "mpeg" ? (probe.durationMs ?? 0) + 10_000 : 0;

/**
 * Half a frame before the first frame at or after a time that all rungs share. Frames are counted from the
 * start of the video, whichever part is made, and their own times may be slightly off.
 */
function onCommonFrame(ms: number, span: RenderSpan, source: SourceFile, common: CommonFrames): number {
  const { frameMs, every } = common;
  // Time of the video's first frame on the timeline.
  const zeroMs = firstPictureMs(source);
  const frameAt = (at: number) => Math.max(0, Math.ceil((at - zeroMs) / frameMs - 0.1));
  const frame = Math.ceil(frameAt(ms) / every) * every;
  return Math.max(span.startMs, zeroMs + (frame - 0.5) * frameMs);
}

/** The borders before the first multiple of the GOP, then the multiples. */
function rule(
  { firstSegmentMs }: RenderSpan,
  { segmentDurationMs, gopDurationMs }: Pick<Profile, "segmentDurationMs" | "gopDurationMs">,
  common: CommonFrames | null,
) {
  const early = [...bordersMs(0, gopDurationMs, segmentDurationMs, firstSegmentMs)].slice(1);
  const gop = gopDurationMs / 1000;
  const later = early.length === 0 ? `n_forced*${gop}` : `(n_forced-${early.length})*${gop}`;
  const times = early.reduceRight(
    (rest, ms, index) => `if(eq(n_forced,${index + 1}),${ms / 1000},${rest})`,
    later,
  );
  const isOnCommonFrame = common === null ? "" : `*not(mod(n,${common.everyOwn}))`;
  return `expr:gte(t,${early.length === 0 ? times : `if(eq(n_forced,0),0,${times})`})${isOnCommonFrame}`;
}
