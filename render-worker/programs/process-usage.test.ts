import { expect, test } from "vitest";
import { parseProcessUsage } from "./process-usage.ts";

const stat = "4711 (ff (mpeg) x) S 1 4711 4711 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 1000 0 0";

test("CPU time and peak memory are parsed whatever the program's name", () => {
  expect(
    parseProcessUsage(stat, "Name:\tffmpeg\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t9\n"),
  ).toEqual({
    cpuSeconds: 3,
    memoryBytes: 1_048_576,
    peakMemoryBytes: 2_097_152,
  });
});

test("a zombie process has no usage", () => {
  expect(parseProcessUsage(stat, "Name:\tffmpeg\nState:\tZ (zombie)\n")).toBeNull();
});
