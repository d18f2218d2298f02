import type { VideoStreamProbe } from "@reelay/contracts";
import { words } from "../ffmpeg/index.ts";
import { decodedSize, type SourceFile } from "../probe/index.ts";
import { type RenderSpan, wholeSpan } from "../timeline/index.ts";
import { planTimes } from "./plan-times.ts";
import { trim } from "./trim.ts";

export const DEINTERLACE = "bwdif=mode=send_frame:deint=interlaced";

/**
 * Filters from the decoded frame to one of this size. Rungs and reference frames for comparison share them.
 */
export const planCommonFilters = (
  source: SourceFile,
  size: { width: number; height: number },
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
): string[] => [...planTimes(source, span, DEINTERLACE), ...planPictureFilters(source, size, filters, span)];

/** @param thinning drops frames before the expensive filters */
export function planPictureFilters(
  source: SourceFile,
  size: { width: number; height: number },
  filters: readonly string[],
  span: RenderSpan,
  thinning: readonly string[] = [],
): string[] {
  const { video } = source.probe;
  const colours = planColours(video);
  return [
    ...trim(span),
    ...thinning,
    ...planFit(source, size, colours.scale),
    "setsar=1",
    ...colours.labels,
    ...toneMap(video, filters),
    "format=yuv420p",
  ];
}

/**
 * Converts high to standard dynamic range: linear light, BT.709 primaries, then a curve that keeps
 * highlights. Without these filters in the build, the video only looks flat.
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

type Colours = Pick<
  VideoStreamProbe,
  | "pixelFormat"
  | "width"
  | "height"
  | "hdr"
  | "colorPrimaries"
  | "colorTransfer"
  | "colorSpace"
  | "colorRange"
>;

/** Red, green and blue, palettes of them, and grey: no matrix has been applied yet. */
const isRgb = (pixelFormat: string | null): boolean =>
  /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8)/.test(pixelFormat ?? "");

/** Untagged video with at least this many lines is BT.709 to players, and BT.601 below. */
const HD_LINES = 720;

/**
 * Colour handling: options for the first `scale`, and filters that label untagged video. Without labels
 * players guess by size, so the rungs of one video would differ. Existing tags are kept. Pure.
 */
function planColours(video: Colours): { scale: string; labels: string[] } {
  const range = video.colorRange === "pc" ? ":out_range=tv" : "";
  if (isRgb(video.pixelFormat))
    return { scale: `:out_color_matrix=bt709${range}`, labels: [`setparams=${join(all("bt709"))}`] };
  if (video.hdr) return { scale: range, labels: [] };
  const usual = Math.min(video.width, video.height) >= HD_LINES ? "bt709" : "smpte170m";
  const missing = {
    ...(isUnknown(video.colorSpace) && { colorspace: usual }),
    ...(isUnknown(video.colorPrimaries) && { color_primaries: usual }),
    ...(isUnknown(video.colorTransfer) && { color_trc: usual }),
  };
  return {
    scale: range,
    labels: Object.keys(missing).length > 0 ? [`setparams=${join(missing)}`] : [],
  };
}

const unknown = new Set(words("unknown reserved unspecified"));
const isUnknown = (tag: string | null): boolean => tag === null || unknown.has(tag);

const all = (name: string) => ({ colorspace: name, color_primaries: name, color_trc: name });

const join = (options: Record<string, string>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(":");

/**
 * Filters that scale frames to a size. Frames of another shape in the middle of a recording, as in calls and
 * broadcasts, keep their shape between black bars: ffmpeg re-creates its filter graph for them and evaluates
 * the expressions again. An MP4 has one size for all frames. Pure.
 *
 * @param options of `scale`, each with its colon
 */
function planFit(
  { probe: { container, video } }: Pick<SourceFile, "probe">,
  { width, height }: { width: number; height: number },
  options: string,
): string[] {
  if (container.startsWith("mov,")) return [`scale=${width}:${height}${options}`];
  const aspect = "iw*sar/ih";
  const decoded = decodedSize(video);
  const isSame = `eq(iw,${decoded.width})*eq(ih,${decoded.height})+lt(abs(${aspect}/(${video.width}/${video.height})-1),0.02)`;
  const w = `if(${isSame},${width},max(2,2*trunc(min(${width},${height}*${aspect})/2)))`;
  const h = `if(${isSame},${height},max(2,2*trunc(min(${height},${width}/(${aspect}))/2)))`;
  return [`scale='${w}':'${h}'${options}`, `pad=${width}:${height}:-1:-1`];
}
