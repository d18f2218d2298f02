import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import type { LocatedTool } from "../ffmpeg/tools.ts";
import { recordTrials, type Trials } from "./recorded-trials.ts";

const trials: Trials = {
  encoders: ["libx264", "aac"],
  capabilities: {
    devices: [],
    encoders: [{ name: "libx264", codec: "H264", device: null, deviceName: null }],
    decoders: [],
  },
  filters: ["zscale"],
  decodable: ["h264"],
  pixelsPerSecond: 1_000_000,
  isComplete: true,
};

async function kit() {
  const folder = await temporaryDirectory();
  const path = join(folder.path, "ffmpeg");
  await writeFile(path, "a program");
  const ffmpeg: LocatedTool = { path, version: "7.0", origin: "system" };
  const cache = join(folder.path, "cache");
  let runs = 0;
  const run = async () => {
    runs += 1;
    return trials;
  };
  return { folder, cache, ffmpeg, run, runs: () => runs };
}

test("the second worker on a machine reuses the trials of the first", async () => {
  const { folder, cache, ffmpeg, run, runs } = await kit();
  await using _folder = folder;
  expect(await recordTrials(cache, { ffmpeg, jail: "FULL" }, run)).toEqual(trials);
  expect(await recordTrials(cache, { ffmpeg, jail: "FULL" }, run)).toEqual(trials);
  expect(runs()).toBe(1);
});

test("another version, another file and another jail run new trials", async () => {
  const { folder, cache, ffmpeg, run, runs } = await kit();
  await using _folder = folder;
  await recordTrials(cache, { ffmpeg, jail: "FULL" }, run);
  await recordTrials(cache, { ffmpeg, jail: "LIMITED" }, run);
  expect(runs()).toBe(2);
  await recordTrials(cache, { ffmpeg: { ...ffmpeg, version: "7.1" }, jail: "FULL" }, run);
  expect(runs()).toBe(3);
  await utimes(ffmpeg.path, new Date(0), new Date(0));
  await recordTrials(cache, { ffmpeg, jail: "FULL" }, run);
  expect(runs()).toBe(4);
});

test("failed or incomplete trials are not recorded", async () => {
  const { folder, cache, ffmpeg, run } = await kit();
  await using _folder = folder;
  const failing = () => Promise.reject(new Error("no libx264"));
  await expect(recordTrials(cache, { ffmpeg, jail: "NONE" }, failing)).rejects.toThrow("no libx264");
  const unfinished = { ...trials, pixelsPerSecond: null, isComplete: false };
  await recordTrials(cache, { ffmpeg, jail: "NONE" }, async () => unfinished);
  expect(await recordTrials(cache, { ffmpeg, jail: "NONE" }, run)).toEqual(trials);
});

test("a damaged record or an unwritable folder repeats the trials and does not prevent the start", async () => {
  const { folder, cache, ffmpeg, run, runs } = await kit();
  await using _folder = folder;
  await recordTrials(cache, { ffmpeg, jail: "NONE" }, run);
  for (const name of await readdir(cache)) await writeFile(join(cache, name), "{");
  expect(await recordTrials(cache, { ffmpeg, jail: "NONE" }, run)).toEqual(trials);
  expect(runs()).toBe(2);
  const file = join(folder.path, "file");
  await writeFile(file, "");
  expect(await recordTrials(join(file, "below"), { ffmpeg, jail: "NONE" }, run)).toEqual(trials);
});
