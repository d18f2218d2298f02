import type { DevicePlan } from "../devices/choose-devices.ts";
import { isTooFast, maxFrameRate } from "../ladder/frame-rate.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import { type RenderSpan, wholeSpan } from "../part/render-span.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { planColours } from "./plan-colours.ts";
import { uploadFilters } from "./plan-device-graph.ts";
import { planFit } from "./plan-fit.ts";
import { planThinning } from "./plan-thinning.ts";
import { tap } from "./tap.ts";
import { trim } from "./trim.ts";

/**
 * From the decoded picture to one labelled stream per rung. What is the same for all rungs (interlacing, frame rate, size, pixel
 * aspect, dynamic range) is done once, and each rung is scaled from the next larger one, which was measured to be the cheapest.
 * Frames that a rung leaves out are left out before it is scaled.
 * Rotation is ffmpeg's own: it turns the picture by its display matrix before the graph, mirrored ones included.
 *
 * @param rungs largest first
 * @param devices that encode; the pictures are brought to them at the end of each rung's chain
 */
export function planFilterGraph(
  source: SourceFile,
  rungs: readonly PlannedRung[],
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
  devices?: DevicePlan,
): string {
  const [top, ...rest] = rungs;
  if (!top) return "";
  const thinnings = planThinning(source, rungs);
  const common = planCommonFilters(source, top, filters, span, thinnings[0]?.shared);
  /** On the way to a rung's own encoder alone. */
  const ownOf = (rung: PlannedRung, index: number) => [
    ...(thinnings[index]?.own ?? []),
    ...(devices ? uploadFilters(devices, rung.name) : []),
  ];
  const chains = [`[0:${source.videoIndex}]${common.join(",")}${tap(top, rest[0], ownOf(top, 0))}`];
  for (const [index, rung] of [...rungs.entries()].slice(1)) {
    const shared = thinnings[index]?.shared ?? [];
    const filters = [...shared, `scale=${rung.width}:${rung.height}`, "setsar=1"].join(",");
    chains.push(`[to-${rung.name}]${filters}${tap(rung, rungs[index + 1], ownOf(rung, index))}`);
  }
  return chains.join(";");
}

/**
 * From the decoded picture to one of this size: what is the same for all rungs, and for a picture that they are compared with.
 *
 * @param thinning which frames are left out before the rest costs anything
 */
export function planCommonFilters(
  source: SourceFile,
  size: { width: number; height: number },
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
  thinning: readonly string[] = [],
): string[] {
  const { container, video } = source.probe;
  const colours = planColours(video);
  return [
    // Only frames that are marked as interlaced are touched, and each gives one frame.
    ...(video.isInterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : []),
    ...(isTooFast(video) ? [`fps=${maxFrameRate}`] : []),
    ...(span.startMs === 0 && mayBeginEarly(container, video) ? ["trim=start=-0.005"] : []),
    ...trim(span),
    ...thinning,
    ...planFit(source, size, colours.scale),
    "setsar=1",
    ...colours.labels,
    ...toneMap(video, filters),
    "format=yuv420p",
  ];
}

/** What an edit list leaves out at the beginning must be decoded all the same. Decoders say what it was, but not that of AV1. */
const mayBeginEarly = (container: string, { codec }: SourceFile["probe"]["video"]): boolean =>
  container.startsWith("mov,") && codec === "av1";

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
