import { type DecodeLimits, safeInputOptions, words } from "../../../media/ffmpeg/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";

export interface StoryboardPlan {
  intervalMs: number;
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

/** Seconds. */
const intervals = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 1_200, 1_800, 3_600];
const MAX_TILES = 300;
const TILE_WIDTH = 160;
/** For portrait video from a phone; a seek bar has no more space. */
const MAX_TILE_HEIGHT = 284;
const SIDE = 10;

/** Number and size of thumbnails: at most 300, spread evenly. Null if the length is unknown. Pure. */
export function planStoryboard({ probe }: SourceFile): StoryboardPlan | null {
  const { durationMs, video } = probe;
  if (durationMs === null) return null;
  const seconds = durationMs / 1000;
  const interval = intervals.find((each) => seconds / each <= MAX_TILES) ?? Math.ceil(seconds / MAX_TILES);
  const tiles = Math.max(1, Math.ceil(seconds / interval));
  const columns = Math.min(SIDE, tiles);
  const height = Math.round((TILE_WIDTH * video.height) / video.width / 2) * 2;
  return {
    intervalMs: interval * 1000,
    columns,
    rows: Math.min(SIDE, Math.ceil(tiles / columns)),
    tileWidth: TILE_WIDTH,
    tileHeight: Math.min(MAX_TILE_HEIGHT, Math.max(2, height)),
  };
}

/**
 * One ffmpeg process that decodes only key frames, tiles them, and prints their times. It is a separate
 * process, since tiles within the encode would delay every segment. Pure.
 */
export function toStoryboardArguments(
  plan: StoryboardPlan,
  source: SourceFile,
  options: { directory: string; limits: DecodeLimits },
): string[] {
  const { columns, rows, tileWidth: width, tileHeight: height } = plan;
  return [
    ...words("-hide_banner -nostdin -v error -threads 1"),
    // Skips other frames when reading, if the container's index allows it, and when decoding.
    ...words("-discard nokey -skip_frame nokey"),
    ...safeInputOptions(options.limits, source.input),
    ...["-i", source.input],
    ...words(`-map 0:${source.videoIndex} -an -sn -dn`),
    "-vf",
    [
      `select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,${plan.intervalMs / 1000})'`,
      `scale=${width}:${height}:out_range=pc,setsar=1,format=yuvj420p`,
      // Only frames with metadata are printed.
      "metadata=mode=add:key=tile:value=1,metadata=mode=print:file=-:direct=1",
      `tile=${columns}x${rows}`,
    ].join(","),
    ...words("-fps_mode passthrough -q:v 5 -map_metadata -1 -start_number 0 -y"),
    `${options.directory}/%05d.jpg`,
  ];
}

/** Parses the tiles' times in milliseconds from ffmpeg's output. */
export const parseTileTimes = (stdout: string): number[] =>
  [...stdout.matchAll(/^frame:\d+\s.*pts_time:(-?[\d.]+)/gm)].map(([, seconds]) =>
    Math.max(0, Math.round(Number(seconds) * 1000)),
  );
