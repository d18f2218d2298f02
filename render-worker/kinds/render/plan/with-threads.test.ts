import { expect, test } from "vitest";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import { withThreads } from "./with-threads.ts";

const sizes: Record<string, [number, number]> = {
  "2160p": [3840, 2160],
  "1080p": [1920, 1080],
  "720p": [1280, 720],
  "144p": [256, 144],
};

const threadsOf = (
  names: readonly string[],
  isDrawn: boolean,
  threads?: { decode: number; encode: number },
) => {
  const rungs = names.map((name) => {
    const [width = 0, height = 0] = sizes[name] ?? [];
    return { name, width, height } as PlannedRung;
  });
  const outputs = ["poster", ...names].map((name) => ({ name, options: [], path: name }));
  const plan = { inputOptions: [], input: "pipe:0", directory: "", filterGraph: null, outputs };
  return withThreads(plan, threads, { rungs, isDrawn }).outputs.map(
    ({ name, options }) => `${name} ${options.join(" ")}`,
  );
};

test("a file's encoders have ffmpeg's threads, or those that fit", () => {
  expect(threadsOf(["1080p", "144p"], false)).toEqual(["poster ", "1080p ", "144p "]);
  expect(threadsOf(["1080p", "144p"], false, { decode: 2, encode: 3 })).toEqual([
    "poster ",
    "1080p -threads 3",
    "144p -threads 3",
  ]);
});

test("a drawing's small rungs have one thread each, its largest at least two", () => {
  expect(threadsOf(["2160p", "1080p", "720p", "144p"], true)).toEqual([
    "poster ",
    "2160p -threads 8",
    "1080p -threads 2",
    "720p -threads 1",
    "144p -threads 1",
  ]);
  expect(threadsOf(["720p", "144p"], true)).toEqual(["poster ", "720p -threads 2", "144p -threads 1"]);
});

test("a drawing has no more threads than fit", () => {
  expect(threadsOf(["2160p", "720p"], true, { decode: 1, encode: 1 })).toEqual([
    "poster ",
    "2160p -threads 1",
    "720p -threads 1",
  ]);
});
