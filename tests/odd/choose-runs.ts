import type { OddCase } from "./odd-case.ts";

/** One rendering of a case. */
export interface Run {
  way: "whole" | "parts";
  /** Which of the builds of ffmpeg. */
  build: number;
}

/** Each way with each build. */
export const allRuns = (builds: number): Run[] =>
  Array.from({ length: builds }, (_, build) => [
    { way: "parts" as const, build },
    { way: "whole" as const, build },
  ]).flat();

/**
 * Pairwise: each case in each way that it can be made, each clock with each build, and each way with each
 * build. `index` is the case's place among the long ones.
 */
export function chooseRuns({ isClocked, isLong }: OddCase, index: number, builds: number): Run[] {
  const last = builds - 1;
  const first = isClocked ? 0 : last;
  if (!isLong) return [...new Set([first, last])].map((build) => ({ way: "whole", build }));
  const [whole, parts] = index % 2 === 0 ? [first, last] : [last, first];
  return [
    { way: "parts", build: parts },
    { way: "whole", build: whole },
  ];
}
