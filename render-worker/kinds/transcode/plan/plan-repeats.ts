import type { Profile } from "@reelay/contracts";
import { commonFrameRate, isSteady, type PlannedRung } from "../../../media/ladder/index.ts";
import { decodedSize, type SourceFile } from "../../../media/probe/index.ts";
import { nextBorderMs, nextPictureMs, picturesSpan, type RenderSpan } from "../../../media/timeline/index.ts";
import { planTimeScale } from "./plan-time-scale.ts";

/** Where the picture that stands is shown once more: as pieces of a filter graph. */
export interface Repeats {
  /** Filters for the pictures before they meet the beats: a clock that both have. */
  clock: string;
  /**
   * A chain without input, to be put behind the pictures: one that nobody ever sees, so late does it come. Until then the last of the source's stands. Null: it
   * ends the pictures.
   */
  tail: string | null;
  /** A chain without input, whose pictures nobody sees: at the time of each of them one is shown. */
  beats: string;
  /** Filters for what both give together. */
  after: string[];
}

/** Later than any video, and later than what the pictures are cut at. */
const neverMs = 1e12;
const endOfTimeMs = 1e9;
/**
 * A picture that comes so soon after a border is waited for, and none repeated: films and phones, whose rates vary by a little, keep the number of their
 * pictures. Players bridge such a hole.
 */
const soonMs = 90;
/** Earlier than any picture. */
const beforeAllMs = -100_000;

/**
 * Pictures of a variable rate may stand for minutes. One that still stands a moment after a segment's border is shown there once more, which nobody sees: so
 * every segment begins at its border, or that moment later at most, and every part where the part before it ends, whichever worker makes it, none is empty, and
 * a viewer who seeks finds a picture near by.
 *
 * At a steady rate there is a picture at every border, but for recordings that have lost some: there the first of a part that begins in such a hole is the
 * one from before it, a quarter of a picture later than one should have come. Null where nothing is repeated. Pure.
 *
 * @param rungs that are made from the same decode
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
  const soon = Math.round(ticks(soonMs));
  const border = (number: string) => `round(${first}+(${number})*${every})+${soon}`;
  const earlyTicks = early.map((ms) => Math.round(ticks(ms)) + soon);
  const at = inOrder(earlyTicks, border(`N-${early.length}`));
  const isBeat = [
    ...earlyTicks.map((tick) => `eq(pts,${tick})`),
    `gte(pts,${first})*eq(pts,${border(`round((pts-${soon}-${first})/${every})`)})`,
  ].join("+");
  // None has come since the border.
  const stands = `isnan(prev_selected_pts)+gt(pts-prev_selected_pts,${soon})`;
  const after = [`select='not(${isBeat})+${stands}'`];
  const { picturesEndMs } = picturesSpan(source);
  // A part that begins after the source's last picture shows that.
  if (span.startMs === 0 || picturesEndMs === null || picturesEndMs <= span.startMs + soonMs)
    return { clock, tail: null, beats: beats(at), after };
  const { width, height } = decodedSize(source.probe.video);
  return {
    clock,
    tail: `nullsrc=s=${width}x${height}:r=1,setpts=${endOfTimeMs / 1000}/TB*2`,
    beats: beats(`if(gte(${at},${Math.round(ticks(picturesEndMs))}),${ticks(neverMs)},${at})`),
    after: [...after, `trim=end=${endOfTimeMs / 1000}`],
  };
}

/** At a steady rate: where a part begins, if its first picture is missing. */
function whereSomeAreLost(
  source: SourceFile,
  span: RenderSpan,
  rungs: readonly Pick<PlannedRung, "frameRate">[],
): Repeats {
  const { clock, ticks, beats } = clockOf(source);
  const frameMs = 1000 / (commonFrameRate(source.probe.video) ?? 1);
  const strides = rungs.map(({ frameRate }) => Math.round(1000 / frameMs / (frameRate ?? 1000 / frameMs)));
  // One that all rungs show.
  const everyMs = frameMs * strides.reduce(leastCommonMultiple, 1);
  const place = Math.round(
    ticks(nextPictureMs(span.startMs, everyMs, picturesSpan(source).firstPictureMs) + frameMs / 4),
  );
  const isAlone = `isnan(prev_selected_pts)+gte(pts-prev_selected_pts,${Math.round(ticks(frameMs) / 2)})`;
  return {
    clock,
    tail: null,
    beats: beats(inOrder([ticks(beforeAllMs), place], String(ticks(neverMs)))),
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

/** A span's borders: those before the first from which on all are equally far apart, and that one. */
function bordersFrom({ startMs }: RenderSpan, segmentDurationMs: number) {
  // What begins the video is its own first picture, whenever that comes; what begins a part is compared with the picture before it.
  const early = startMs === 0 ? [beforeAllMs] : [beforeAllMs, startMs];
  let next = nextBorderMs(startMs, segmentDurationMs);
  for (; next % segmentDurationMs !== 0; next = nextBorderMs(next, segmentDurationMs)) early.push(next);
  return { early, firstMs: next };
}

/** An expression of the number of a beat: its time in ticks. */
const inOrder = (early: readonly number[], later: string): string =>
  early.reduceRight((rest, at, index) => `if(eq(N,${index}),${Math.round(at)},${rest})`, later);

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);
