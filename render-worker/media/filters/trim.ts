import type { RenderSpan } from "../timeline/index.ts";

/**
 * Comes after all filters that use neighbouring frames or change times: each frame belongs to the span in
 * which it starts.
 */
export function trim({ startMs, endMs }: RenderSpan): string[] {
  const ends = [
    ...(startMs > 0 ? [`start=${startMs / 1000}`] : []),
    ...(endMs === null ? [] : [`end=${endMs / 1000}`]),
  ];
  return ends.length > 0 ? [`trim=${ends.join(":")}`] : [];
}
