import type { RenderSpan } from "../timeline/index.ts";

/** After everything that looks at neighbouring frames or gives them other times: each frame belongs to the span that it begins in. */
export function trim({ startMs, endMs }: RenderSpan): string[] {
  const ends = [
    ...(startMs > 0 ? [`start=${startMs / 1000}`] : []),
    ...(endMs === null ? [] : [`end=${endMs / 1000}`]),
  ];
  return ends.length > 0 ? [`trim=${ends.join(":")}`] : [];
}
