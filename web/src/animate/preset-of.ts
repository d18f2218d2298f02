import type { AspectRatio, ManimQuality } from "../api/index.ts";

const qualities: readonly (readonly [shorterSide: number, quality: ManimQuality])[] = [
  [480, "LOW"],
  [720, "MEDIUM"],
  [1080, "HIGH"],
  [1440, "PRODUCTION"],
];

/** The choices that lead to the size of a picture. Pure. */
export function presetOf({ width, height }: { width: number; height: number }): {
  quality: ManimQuality;
  aspectRatio: AspectRatio;
} {
  const shorter = Math.min(width, height);
  const quality = qualities.find(([side]) => shorter <= side)?.[1] ?? "FOUR_K";
  return { quality, aspectRatio: width === height ? "SQUARE" : width < height ? "TALL" : "WIDE" };
}
