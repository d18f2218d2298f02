import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import HLS from "hls-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { testTools } from "../../render-worker/testing/kit.ts";
import { type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 2, wholeUpToMs: 10_000 });
});
afterAll(() => system[Symbol.asyncDispose]());

const probe = async (...args: string[]) =>
  await promisify(execFile)((await testTools()).ffprobe.path, args, { maxBuffer: 1e8 });

const linesOf = async (url: string, stream: "v" | "a", entry: string) => {
  const { stdout } = await probe(
    ...["-v", "error", "-select_streams", stream, "-show_entries", entry, "-of", "csv=p=0", url],
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => Number(line.split(",")[0]));
};

test("a long video plays from its head while two workers render the rest, and the whole has every frame once", async () => {
  const seconds = 34;
  const path = await makeTestClip(join(system.directory, "long.mp4"), {
    seconds,
    size: "320x180",
    isStreamable: false,
  });
  const id = await system.client.upload(path, { title: "Long" });
  const states = await system.client.watch(id);
  const statuses = [...new Set(states.map(({ status }) => status))];
  expect(statuses.slice(-2)).toEqual(["PLAYABLE", "READY"]);

  // Of all tasks together, from the head on, and never less.
  for (const name of ["144p", "180p"]) {
    const fractions: number[] = states.flatMap(({ variants }) =>
      variants
        .filter((each: { name: string }) => each.name === name)
        .map((each: { fraction: number }) => each.fraction),
    );
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.some((fraction) => fraction > 0.01 && fraction < 0.24)).toBe(true);
    expect(fractions.some((fraction) => fraction > 0.24 && fraction < 0.99)).toBe(true);
    expect(fractions.at(-1)).toBe(1);
  }

  const video = await system.client.video(id);
  const tasks = await system.db.task.findMany({ include: { attempts: true }, orderBy: { dueAt: "asc" } });
  const kinds = tasks.map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual(["AUDIO", ...Array.from({ length: 7 }, () => "CHUNK"), "RENDER"]);
  expect(tasks.every(({ attempts }) => attempts.length === 1)).toBe(true);
  expect(new Set(tasks.flatMap(({ attempts }) => attempts.map(({ workerId }) => workerId))).size).toBe(2);

  HLS.setOptions({ strictMode: true });
  const master = HLS.parse(await (await fetch(video.playback.hlsUrl)).text()) as HLS.types.MasterPlaylist;
  expect(master.variants).toHaveLength(2);
  for (const variant of master.variants) {
    const url = String(new URL(variant.uri, video.playback.hlsUrl));
    const media = HLS.parse(await (await fetch(url)).text()) as HLS.types.MediaPlaylist;
    expect(media.endlist).toBe(true);
    expect(media.segments.map(({ duration }) => duration)).toEqual([1, 1, 2, 4, 4, 4, 4, 4, 4, 4, 2]);
    expect(media.segments.filter(({ discontinuity }) => discontinuity)).toEqual([]);
    const times = await linesOf(url, "v", "packet=pts_time");
    expect(times).toHaveLength(seconds * 30);
    const sorted = times.toSorted((a, b) => a - b);
    const wrong = sorted.filter((time, index) => Math.abs(time - (sorted[0] ?? 0) - index / 30) > 0.001);
    expect(wrong).toEqual([]);
  }
  expect(await complaints(video.playback.hlsUrl, ["0:v", "0:a"])).toBe("");
});

test("a long video with a download is rendered by many tasks, and the last one joins its variant into one file", async () => {
  const seconds = 16;
  const path = await makeTestClip(join(system.directory, "keep.mp4"), {
    seconds,
    size: "320x180",
    isStreamable: false,
  });
  const id = await system.client.upload(path, { title: "Keep", profile: "download" });
  const states = await system.client.watch(id);
  expect(states.at(-1)?.status).toBe("READY");
  const tasks = await system.db.task.findMany({
    where: { job: { profile: { path: ["name"], equals: "download" } } },
  });
  expect(tasks.filter(({ kind }) => kind === "CHUNK").length).toBeGreaterThan(1);
  expect(tasks.filter(({ kind }) => kind === "DOWNLOAD")).toMatchObject([{ status: "SUCCEEDED" }]);
  const { data } = await system.client.ask(`query ($id: ID!) { video(id: $id) { download { url } } }`, {
    id,
  });
  const url = data.video.download.url;
  expect(await linesOf(url, "v", "packet=pts_time")).toHaveLength(seconds * 30);
  expect(await complaints(url)).toBe("");
});
