import { maxFrameRate, type PlannedRung } from "../ladder/plan-ladder.ts";
import { type RenderSpan, wholeSpan } from "../part/render-span.ts";
import type { SourceFile } from "../probe/source-file.ts";

/**
 * From the decoded picture to one labelled stream per rung. What is the same for all rungs (interlacing, frame rate, size, pixel
 * aspect, dynamic range) is done once, and each rung is scaled from the next larger one, which was measured to be the cheapest.
 * Rotation is ffmpeg's own: it turns the picture by its display matrix before the graph, mirrored ones included.
 *
 * @param rungs largest first
 */
export function planFilterGraph(
  source: SourceFile,
  rungs: readonly PlannedRung[],
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
): string {
  const { video } = source.probe;
  const [top, ...rest] = rungs;
  if (!top) return "";
  const common = [
    // Only frames that are marked as interlaced are touched, and each gives one frame.
    ...(video.isInterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : []),
    ...(video.frameRate !== null && video.frameRate > maxFrameRate + 0.5 ? [`fps=${maxFrameRate}`] : []),
    ...trim(span),
    `scale=${top.width}:${top.height}${video.colorRange === "pc" ? ":out_range=tv" : ""}`,
    "setsar=1",
    ...toneMap(video, filters),
    "format=yuv420p",
  ];
  const chains = [`[0:${source.videoIndex}]${common.join(",")}${tap(top, rest[0])}`];
  rest.forEach((rung, index) => {
    chains.push(`[to-${rung.name}]scale=${rung.width}:${rung.height},setsar=1${tap(rung, rest[index + 1])}`);
  });
  return chains.join(";");
}

/** After everything that looks at neighbouring frames or gives them other times: each frame belongs to the span that it begins in. */
function trim({ startMs, endMs }: RenderSpan): string[] {
  const ends = [
    ...(startMs > 0 ? [`start=${startMs / 1000}`] : []),
    ...(endMs === null ? [] : [`end=${endMs / 1000}`]),
  ];
  return ends.length > 0 ? [`trim=${ends.join(":")}`] : [];
}

/** Ends a rung's chain: one copy to encode, one to scale the next rung from. */
const tap = (rung: PlannedRung, next: PlannedRung | undefined): string =>
  next ? `,split=2[${rung.name}][to-${next.name}]` : `[${rung.name}]`;

/**
 * High dynamic range to standard: linear light, BT.709 primaries, then a curve that keeps highlights. Where the build lacks the
 * filters the picture only looks flat: better than none.
 */
function toneMap(video: SourceFile["probe"]["video"], filters: readonly string[]): string[] {
  if (!video.hdr || !filters.includes("zscale") || !filters.includes("tonemap")) return [];
  const transfer = video.hdr === "PQ" ? "smpte2084" : "arib-std-b67";
  return [
    `zscale=transferin=${transfer}:primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=203`,
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
  ];
}
