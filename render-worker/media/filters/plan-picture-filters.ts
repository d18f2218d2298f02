import type { SourceFile } from "../probe/index.ts";
import { type RenderSpan, wholeSpan } from "../timeline/index.ts";
import { planColours } from "./plan-colours.ts";
import { planFit } from "./plan-fit.ts";
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
