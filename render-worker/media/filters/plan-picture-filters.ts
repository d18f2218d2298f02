import type { VideoStreamProbe } from "@reelay/contracts";
import { words } from "../ffmpeg/index.ts";
import { decodedSize, type SourceFile } from "../probe/index.ts";
import { type RenderSpan, wholeSpan } from "../timeline/index.ts";
import { planTimes } from "./plan-times.ts";
import { trim } from "./trim.ts";

export const deinterlace = "bwdif=mode=send_frame:deint=interlaced";

/** Filters from the decoded picture to one of this size: the same for all rungs and for a picture to compare them with. */
export const planCommonFilters = (
  source: SourceFile,
  size: { width: number; height: number },
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
): string[] => [...planTimes(source, span, deinterlace), ...planPictureFilters(source, size, filters, span)];

/** @param thinning leaves frames out before the rest costs anything */
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

/** Red, green and blue as they are, palettes of them, and grey: no matrix has been applied yet. */
const isRgb = (pixelFormat: string | null): boolean =>
  /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8)/.test(pixelFormat ?? "");

/** Lines from which on players take untagged pictures for BT.709 (ITU-R BT.601 and BT.709 are told apart by size where nothing else is said). */
const hdLines = 720;

/**
 * How the pictures' colours reach the variants: options for the first `scale`, and the filters that label what the source does not. Without a label players
 * guess by size, i.e. differently for each rung of one video. What is tagged stays as it is tagged. Pure.
 */
function planColours(video: Colours): { scale: string; labels: string[] } {
  const range = video.colorRange === "pc" ? ":out_range=tv" : "";
  if (isRgb(video.pixelFormat))
    return { scale: `:out_color_matrix=bt709${range}`, labels: [`setparams=${join(all("bt709"))}`] };
  if (video.hdr) return { scale: range, labels: [] };
  const usual = Math.min(video.width, video.height) >= hdLines ? "bt709" : "smpte170m";
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
 * The filters that bring a picture to a size. One of another shape than the video's, as recordings of calls and broadcasts have in their middle, keeps its
 * own between black bars: ffmpeg sets up its graph anew for it, and the expressions with it. An MP4 states one size for all its pictures. Pure.
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
