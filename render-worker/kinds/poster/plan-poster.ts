import { words } from "../../media/ffmpeg/index.ts";
import { planCommonFilters } from "../../media/filters/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";

/** Maximum longer side, as for posters of renders. */
const MAX_SIDE = 1280;

/** A search position in milliseconds on the input's own timeline. */
interface PosterLook {
  seekMs: number;
  /** Range after `seekMs` whose last frame is taken. Absent: the first frame is taken. */
  lookMs?: number;
}

/** How far before the end of the video the current frame may start, in milliseconds. */
const backMs = [1_000, 10_000];

/**
 * Search positions for the still at a time, in order: the first frame from there on, which a player shows
 * after seeking; after the video's last frame, that one. Pure.
 */
export const planLooks = (atMs: number): PosterLook[] => [
  { seekMs: atMs },
  ...backMs.map((back) => {
    const seekMs = Math.max(0, atMs - back);
    return { seekMs, lookMs: atMs - seekMs + 100 };
  }),
];

/** Size of a poster for a frame of this size. Pure. */
export function posterSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const side = (pixels: number) => Math.max(2, Math.round((pixels * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

/** Filters from the source's stream to the poster, the same as in a render. Pure. */
export const sourceFilters = (source: SourceFile, filters: readonly string[]): string[] =>
  planCommonFilters(source, posterSize(source.probe.video), filters);

/** Filters from a variant's stream. Pure. */
export function variantFilters(variant: { width: number; height: number }): string[] {
  const { width, height } = posterSize(variant);
  return [`scale=${width}:${height}`, "setsar=1"];
}

/** Extracts one frame; decoding starts at the preceding key frame. Pure. */
export const toPosterArguments = (
  { seekMs, lookMs }: PosterLook,
  input: { options: readonly string[]; input: string; stream: string; filters: readonly string[] },
  path: string,
): string[] => [
  ...words("-hide_banner -nostdin -v error -y -threads 1"),
  ...input.options,
  ...words(`-ss ${(seekMs / 1000).toFixed(3)}`),
  ...(lookMs === undefined ? [] : words(`-t ${(lookMs / 1000).toFixed(3)}`)),
  ...["-i", input.input],
  ...words(`-map ${input.stream} -an -sn -dn`),
  ...(lookMs === undefined ? words("-frames:v 1") : []),
  "-vf",
  [...input.filters, "scale=out_range=pc", "format=yuvj420p"].join(","),
  // Of several frames, the last one is kept.
  ...words("-fps_mode passthrough -update 1 -q:v 4 -map_metadata -1 -f image2"),
  path,
];
