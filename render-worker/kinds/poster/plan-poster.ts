import { words } from "../../media/ffmpeg/index.ts";
import { planCommonFilters } from "../../media/filters/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";

/** Of a poster's longer side, as of one that a render makes. */
const maxSide = 1280;

/** Where the picture is looked for: milliseconds on the input's own timeline. */
interface PosterLook {
  seekMs: number;
  /** How far behind `seekMs` the last picture is taken. Left out: the first one from there. */
  lookMs?: number;
}

/** How far back the picture that stands at a time may begin where none comes any more, in milliseconds. */
const backMs = [1_000, 10_000];

/**
 * Where the picture of a time is looked for, one after the other: the first from there on, which is what a player shows that is told to go there; of the last moments of a video, after
 * its last picture, that one. Pure.
 */
export const planLooks = (atMs: number): PosterLook[] => [
  { seekMs: atMs },
  ...backMs.map((back) => {
    const seekMs = Math.max(0, atMs - back);
    return { seekMs, lookMs: atMs - seekMs + 100 };
  }),
];

/** The size that a poster of such a picture has. Pure. */
export function posterSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const side = (pixels: number) => Math.max(2, Math.round((pixels * scale) / 2) * 2);
  return { width: side(width), height: side(height) };
}

/** From the source's stream to the poster: what a render does to all its pictures. Pure. */
export const sourceFilters = (source: SourceFile, filters: readonly string[]): string[] =>
  planCommonFilters(source, posterSize(source.probe.video), filters);

/** From a variant's. Pure. */
export function variantFilters(variant: { width: number; height: number }): string[] {
  const { width, height } = posterSize(variant);
  return [`scale=${width}:${height}`, "setsar=1"];
}

/** One picture: decoding begins at the key frame before it. Pure. */
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
  // Where several are looked at, the last one stays.
  ...words("-fps_mode passthrough -update 1 -q:v 4 -map_metadata -1 -f image2"),
  path,
];
