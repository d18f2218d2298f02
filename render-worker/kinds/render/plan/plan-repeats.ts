import type { Profile } from "@reelay/contracts";
import { commonFrameRate, isSteady, type PlannedRung } from "../../../media/ladder/index.ts";
import { decodedSize, type SourceFile } from "../../../media/probe/index.ts";
import { nextBorderMs, nextPictureMs, picturesSpan, type RenderSpan } from "../../../media/timeline/index.ts";
import { planTimeScale } from "./plan-time-scale.ts";

/** Where the current frame is repeated, as parts of a filter graph. */
export interface Repeats {
  /** Filters that give frames the clock of the beats. */
  clock: string;
  /**
   * A chain without input, appended to the frames: a frame so late that it is never shown, which makes the
   * source's last frame last until then. Null: it ends the video.
   */
  tail: string | null;
  /**
   * A chain without input whose frames are not shown: each marks a time at which the current frame is
   * repeated.
   */
  beats: string;
  /** Filters for the merged frames. */
  after: string[];
}

/** After any video, and after any cut. */
const NEVER_MS = 1e12;
const END_OF_TIME_MS = 1e9;
/**
 * A frame this soon after a border is waited for instead of repeating the current one: films and phones,
 * whose rates vary slightly, keep their number of frames. Players bridge such a gap.
 */
const SOON_MS = 90;
/** Before any frame. */
const BEFORE_ALL_MS = -100_000;

/**
 * Frames of a variable rate may last for minutes. If a frame still lasts shortly after a segment border, it
 * is repeated there, which is invisible. So every segment starts at its border or shortly after, and every
 * part at the end of the previous one, on any worker; none is empty, and a viewer who seeks finds a frame
 * nearby.
 *
 * At a steady rate every border has a frame, except in recordings that lost some: a part that starts in such
 * a gap begins with the frame before it, a quarter of a frame later than expected. Null if nothing is
 * repeated. Pure.
 *
 * @param rungs from the same decode
 */
export function planRepeats(
  source: SourceFile,
  span: RenderSpan,
  { segmentDurationMs }: Pick<Profile, "segmentDurationMs">,
  rungs: readonly Pick<PlannedRung, "frameRate">[],
): Repeats | null {
  if (!isSteady(source.probe.video)) return whereOneStands(source, span, segmentDurationMs);
  return span.startMs === 0 ? null : whereSomeAreLost(source, span, rungs);
}

/** At a variable rate: at every border. */
function whereOneStands(source: SourceFile, span: RenderSpan, segmentDurationMs: number): Repeats {
  const { clock, ticks, beats } = clockOf(source);
  const { early, firstMs } = bordersFrom(span, segmentDurationMs);
  const [first, every] = [ticks(firstMs), ticks(segmentDurationMs)];
  const soon = Math.round(ticks(SOON_MS));
  const border = (number: string) => `round(${first}+(${number})*${every})+${soon}`;
  const earlyTicks = early.map((ms) => Math.round(ticks(ms)) + soon);
  const at = inOrder(earlyTicks, border(`N-${early.length}`));
  const isBeat = [
    ...earlyTicks.map((tick) => `eq(pts,${tick})`),
    `gte(pts,${first})*eq(pts,${border(`round((pts-${soon}-${first})/${every})`)})`,
  ].join("+");
  // No frame has followed the border.
  const stands = `isnan(prev_selected_pts)+gt(pts-prev_selected_pts,${soon})`;
  const after = [`select='not(${isBeat})+${stands}'`];
  const { picturesEndMs } = picturesSpan(source);
  // A part that starts after the source's last frame shows that frame.
  if (span.startMs === 0 || picturesEndMs === null || picturesEndMs <= span.startMs + SOON_MS)
    return { clock, tail: null, beats: beats(at), after };
  const { width, height } = decodedSize(source.probe.video);
  return {
    clock,
    tail: `nullsrc=s=${width}x${height}:r=1,setpts=${END_OF_TIME_MS / 1000}/TB*2`,
    beats: beats(`if(gte(${at},${Math.round(ticks(picturesEndMs))}),${ticks(NEVER_MS)},${at})`),
    after: [...after, `trim=end=${END_OF_TIME_MS / 1000}`],
  };
}

/** At a steady rate: where a part starts, if its first frame is missing. */
function whereSomeAreLost(
  source: SourceFile,
  span: RenderSpan,
  rungs: readonly Pick<PlannedRung, "frameRate">[],
): Repeats {
  const { clock, ticks, beats } = clockOf(source);
  const frameMs = 1000 / (commonFrameRate(source.probe.video) ?? 1);
  const strides = rungs.map(({ frameRate }) => Math.round(1000 / frameMs / (frameRate ?? 1000 / frameMs)));
  // A frame that all rungs show.
  const everyMs = frameMs * strides.reduce(leastCommonMultiple, 1);
  const place = Math.round(
    ticks(nextPictureMs(span.startMs, everyMs, picturesSpan(source).firstPictureMs) + frameMs / 4),
  );
  const isAlone = `isnan(prev_selected_pts)+gte(pts-prev_selected_pts,${Math.round(ticks(frameMs) / 2)})`;
  return {
    clock,
    tail: null,
    beats: beats(inOrder([ticks(BEFORE_ALL_MS), place], String(ticks(NEVER_MS)))),
    after: [`select='not(eq(pts,${place}))+${isAlone}'`],
  };
}

function clockOf(source: SourceFile) {
  const scale = planTimeScale(source);
  const clock = `settb=1/${scale}`;
  return {
    clock,
    ticks: (ms: number) => (ms * scale) / 1000,
    beats: (times: string) => `nullsrc=s=16x16:r=1,${clock},setpts='${times}'`,
  };
}

/** A span's borders up to the first after which they are equally spaced. */
function bordersFrom({ startMs, firstSegmentMs }: RenderSpan, segmentDurationMs: number) {
  // The video starts with its own first frame, whenever it comes; a part compares with the frame before it.
  const early = startMs === 0 ? [BEFORE_ALL_MS] : [BEFORE_ALL_MS, startMs];
  const after = (ms: number) => nextBorderMs(ms, segmentDurationMs, firstSegmentMs);
  let next = after(startMs);
  for (; next % segmentDurationMs !== 0; next = after(next)) early.push(next);
  return { early, firstMs: next };
}

/** An expression from the number of a beat to its time in ticks. */
const inOrder = (early: readonly number[], later: string): string =>
  early.reduceRight((rest, at, index) => `if(eq(N,${index}),${Math.round(at)},${rest})`, later);

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);
