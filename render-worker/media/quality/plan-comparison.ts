import type { QualityMetric } from "@reelay/contracts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { planCommonFilters } from "../filters/index.ts";
import type { SourceFile } from "../probe/index.ts";
import { planClock, type SourceEntry } from "../timeline/index.ts";

/** A piece of a finished variant on this machine: an initialisation segment and one segment after it, in one file. */
export interface Piece {
  name: string;
  /** In the folder that ffmpeg runs in; a plain name. */
  file: string;
  /** Pictures per second of the variant; null where that is not known. */
  frameRate: number | null;
}

export interface ComparisonRequest {
  source: SourceFile;
  pieces: readonly Piece[];
  /** When the first picture of the pieces is shown, on the video's timeline. */
  pieceStartMs: number;
  /** From where on pictures are compared. */
  fromMs: number;
  /** Pictures to compare of each piece; VMAF compares one more, since the first has none before it to see motion by. */
  frames: number;
  metric: QualityMetric;
  filters: readonly string[];
  limits: DecodeLimits;
  /** Where reading the source begins. */
  entry: SourceEntry;
}

/** Where the scores of a piece are written, in the folder that ffmpeg runs in. */
export const scoresFile = (name: string, metric: QualityMetric): string =>
  `${name}.${metric === "VMAF" ? "json" : "txt"}`;

/** Shorter side of the picture that VMAF's standard model is made for. */
const displayHeight = 1080;
/** What is decoded before and after the pictures that are compared: what looks at neighbours needs some. */
const leadMs = 250;

/**
 * One ffmpeg process that compares pieces of all variants with the source, which is decoded once. Pure.
 *
 * Both are compared at the source's size, 1080p at most: variants are scaled up to it (bicubic), as screens do and as the authors of VMAF
 * ask for (Netflix Technology Blog, "VMAF: The Journey Continues", 2018). The reference goes through what the render did to it before it
 * was scaled: interlacing, frame rate, dynamic range.
 *
 * Pictures are matched by their times on the video's timeline, never by their number, so that neither a seek that lands elsewhere nor a
 * variable frame rate can shift them against each other. A variant's times are put a fraction of a picture later: filters take the newest
 * reference that is not later, and time bases round.
 */
export function planComparison(request: ComparisonRequest): string[] {
  const { source, pieces, limits, entry } = request;
  return [
    ...words("-hide_banner -nostdin -nostats -loglevel error -y"),
    // Pictures come out one by one anyway; more threads would only make it faster, at the cost of others.
    ...words("-filter_complex_threads 1 -threads 1"),
    ...safeInputOptions(limits, source.input),
    // From a key frame on: the graph cuts by time.
    ...(entry.seekMs === null ? [] : words(`-noaccurate_seek -ss ${entry.seekMs / 1000}`)),
    ...words("-sn -i"),
    source.input,
    ...pieces.flatMap(({ file }) => words(`-protocol_whitelist file -threads 1 -i file:${file}`)),
    "-filter_complex",
    planGraph(request),
    ...pieces.flatMap(({ name }) => words(`-map [${name}] -f null -`)),
    ...planClock(source, { picture: true, sounds: [] }).flatMap(({ options }) =>
      options.concat(words("-f null -")),
    ),
  ];
}

/** The size at which variants of a source are compared. */
export function comparedSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(1, displayHeight / Math.min(width, height));
  const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

function planGraph(request: ComparisonRequest): string {
  const { source, pieces, metric, entry } = request;
  const size = comparedSize(source.probe.video);
  const spans = pieces.map((piece) => planSpan(request, piece));
  // Around what is compared, for filters that look at neighbours.
  const fromMs = Math.min(...spans.map((span) => span.fromMs)) - leadMs;
  const toMs = Math.max(...spans.map((span) => span.toMs)) + leadMs;
  const reference = [
    // ffmpeg calls the place that it was told to begin at 0.
    `[0:${source.videoIndex}]setpts=PTS+${seconds(entry.seekMs ?? 0)}/TB`,
    trim(fromMs, toMs),
    ...planCommonFilters(source, size, request.filters),
    `split=${pieces.length}${pieces.map(({ name }) => `[all-${name}]`).join("")}`,
  ];
  const chains = spans.flatMap((span, index) => [
    // No more than what is compared, and a picture before and after it. Pictures that the variant leaves out find no partner.
    `[all-${span.name}]${trim(span.fromMs - span.frameMs, span.toMs + span.frameMs)}[source-${span.name}]`,
    [
      `[${index + 1}:v]setpts=PTS-STARTPTS+${seconds(request.pieceStartMs + span.lateMs)}/TB`,
      trim(span.fromMs, span.toMs),
      `scale=${size.width}:${size.height}:flags=bicubic`,
      `setsar=1,format=yuv420p[made-${span.name}]`,
    ].join(","),
    `[made-${span.name}][source-${span.name}]${planMetric(metric, span.name)}[${span.name}]`,
  ]);
  return [reference.join(","), ...chains].join(";");
}

/** What of a piece is compared. Limits lie between pictures. */
function planSpan({ source, fromMs, frames, metric }: ComparisonRequest, piece: Piece) {
  const frameMs = 1000 / (piece.frameRate ?? source.probe.video.frameRate ?? 30);
  const start = fromMs - frameMs / 2;
  return {
    name: piece.name,
    frameMs,
    fromMs: start,
    toMs: start + (frames + (metric === "VMAF" ? 1 : 0)) * frameMs,
    lateMs: Math.min(2, frameMs / 4),
  };
}

const trim = (fromMs: number, toMs: number): string =>
  `trim=start=${seconds(Math.max(0, fromMs))}:end=${seconds(toMs)}`;

/** It ends with the pieces, or the last picture would be compared with what comes after it. */
const planMetric = (metric: QualityMetric, name: string): string =>
  metric === "VMAF"
    ? `libvmaf=shortest=1:model=version=vmaf_v0.6.1:n_threads=1:log_fmt=json:log_path=${scoresFile(name, metric)}`
    : `ssim=shortest=1:stats_file=${scoresFile(name, metric)}`;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(6);
