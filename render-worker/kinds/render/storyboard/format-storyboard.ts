import type { StoryboardPlan } from "./plan-storyboard.ts";

/**
 * WebVTT whose cues refer to rectangles of sprites (`#xywh=` of the Media Fragments specification). Each cue
 * lasts from its frame to the next one, so that sparse key frames are shown for as long as they apply. Pure.
 *
 * @param timesMs start of each tile, ascending
 */
export function formatStoryboard(
  plan: StoryboardPlan,
  { timesMs, sprites, endMs }: { timesMs: readonly number[]; sprites: readonly string[]; endMs: number },
): string {
  const { columns, rows, tileWidth, tileHeight } = plan;
  const cues = timesMs.map((timeMs, tile) => {
    // The first tile applies from the beginning.
    const startMs = tile === 0 ? 0 : timeMs;
    const nextMs = Math.max(startMs + 1, timesMs[tile + 1] ?? endMs);
    const sprite = sprites[Math.floor(tile / (columns * rows))] ?? "";
    const place = tile % (columns * rows);
    const x = (place % columns) * tileWidth;
    const y = Math.floor(place / columns) * tileHeight;
    return `${clock(startMs)} --> ${clock(nextMs)}\n${sprite}#xywh=${x},${y},${tileWidth},${tileHeight}\n`;
  });
  return ["WEBVTT\n", ...cues].join("\n");
}

function clock(ms: number): string {
  const rounded = Math.round(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(rounded / 3_600_000);
  const minutes = Math.floor(rounded / 60_000) % 60;
  const seconds = Math.floor(rounded / 1000) % 60;
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(rounded % 1000).padStart(3, "0")}`;
}
