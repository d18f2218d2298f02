import type { QualityMetric } from "@reelay/contracts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { planCommonFilters } from "../filters/index.ts";
import type { SourceFile } from "../probe/index.ts";
import { planClock, type SourceEntry } from "../timeline/index.ts";

/** A local piece of a finished variant: an initialization segment and one segment after it, in one file. */
export interface Piece {
  name: string;
  /** File name within ffmpeg's working directory. */
  file: string;
  /** Frame rate of the variant; null if unknown. */
  frameRate: number | null;
}

export interface ComparisonRequest {
  source: SourceFile;
  pieces: readonly Piece[];
  /** When the pieces' first frame is shown, on the video's timeline. */
  pieceStartMs: number;
  /** Start of the compared frames. */
  fromMs: number;
  /**
   * Number of frames to compare per piece. VMAF needs one more, since the first has no predecessor for
   * motion.
   */
  frames: number;
  metric: QualityMetric;
  filters: readonly string[];
  limits: DecodeLimits;
  /** Where reading the source starts. */
  entry: SourceEntry;
}

/** Output file for a piece's scores, within ffmpeg's working directory. */
export const scoresFile = (name: string, metric: QualityMetric): string =>
  `${name}.${metric === "VMAF" ? "json" : "txt"}`;

/** Shorter side for which VMAF's standard model was trained. */
const DISPLAY_HEIGHT = 1080;
/** Decoded before and after the compared frames, for filters that use neighbours. */
const LEAD_MS = 250;

/**
 * One ffmpeg process that compares pieces of all variants with the source, which is decoded once. Pure.
 *
 * Both are compared at the source's size, 1080p at most: variants are scaled up to it (bicubic), as on
 * screens and as the authors of VMAF recommend (Netflix Technology Blog, "VMAF: The Journey Continues",
 * 2018). The reference gets the render's filters before scaling: interlacing, frame rate, dynamic range.
 *
 * Frames are matched by their times on the timeline, not by number, so that neither an inexact seek nor a
 * variable frame rate can shift them. A variant's times are delayed by a fraction of a frame, since filters
 * use the newest reference that is not later, and time bases round.
 */
export function planComparison(request: ComparisonRequest): string[] {
  const { source, pieces, limits, entry } = request;
  return [
    ...words("-hide_banner -nostdin -nostats -loglevel error -y"),
    // Frames are processed one by one; more threads would only take CPU from others.
    ...words("-filter_complex_threads 1 -threads 1"),
    ...safeInputOptions(limits, source.input),
    // Starts at a key frame; the graph cuts by time.
    ...(entry.seekMs === null ? [] : words(`-noaccurate_seek -ss ${entry.seekMs / 1000}`)),
    ...words("-sn -i"),
    source.input,
    ...pieces.flatMap(({ file }) => words(`-protocol_whitelist file -threads 1 -i file:${file}`)),
    "-filter_complex",
    planGraph(request),
    ...pieces.flatMap(({ name }) => words(`-map [${name}] -f null -`)),
    ...planClock(source, { picture: true, audioTracks: [] }).flatMap(({ options }) =>
      options.concat(words("-f null -")),
    ),
  ];
}

/** Size at which variants of a source are compared. */
export function comparedSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(1, DISPLAY_HEIGHT / Math.min(width, height));
  const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

function planGraph(request: ComparisonRequest): string {
  const { source, pieces, metric, entry } = request;
  const size = comparedSize(source.probe.video);
  const spans = pieces.map((piece) => planSpan(request, piece));
  // Margin for filters that use neighbouring frames.
  const fromMs = Math.min(...spans.map((span) => span.fromMs)) - LEAD_MS;
  const toMs = Math.max(...spans.map((span) => span.toMs)) + LEAD_MS;
  const reference = [
    // ffmpeg numbers times from the seek position.
    `[0:${source.videoIndex}]setpts=PTS+${seconds(entry.seekMs ?? 0)}/TB`,
    trim(fromMs, toMs),
    ...planCommonFilters(source, size, request.filters),
    `split=${pieces.length}${pieces.map(({ name }) => `[all-${name}]`).join("")}`,
  ];
  const chains = spans.flatMap((span, index) => [
    // The compared frames, with one before and after. Frames that the variant drops have no counterpart.
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

/** The compared part of a piece. Limits are between frames. */
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

/** Stops with the pieces; otherwise the last frame would be compared with later ones. */
const planMetric = (metric: QualityMetric, name: string): string =>
  metric === "VMAF"
    ? `libvmaf=shortest=1:model=version=vmaf_v0.6.1:n_threads=1:log_fmt=json:log_path=${scoresFile(name, metric)}`
    : `ssim=shortest=1:stats_file=${scoresFile(name, metric)}`;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(6);
