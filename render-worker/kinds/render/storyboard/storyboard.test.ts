import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreFullError } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../../media/ffmpeg/words.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { inspect } from "../../../testing/inspect.ts";
import { makeClip, startWorker, temporaryDirectory } from "../../../testing/kit.ts";
import { formatStoryboard } from "./format-storyboard.ts";
import { parseTileTimes, planStoryboard } from "./plan-storyboard.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
  worker = await startWorker();
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await clips[Symbol.asyncDispose]();
});

const lasting = (seconds: number, video = {}) => {
  const source = sourceOf(video);
  return { ...source, probe: { ...source.probe, durationMs: seconds * 1000 } };
};

test.each([
  [5, 1, 5, 1],
  [300, 1, 10, 10],
  [301, 2, 10, 10],
  [5_400, 20, 10, 10],
  [86_400, 300, 10, 10],
])("a storyboard of %i s has a tile every %i s in sheets of %i by %i", (seconds, interval, columns, rows) => {
  expect(planStoryboard(lasting(seconds))).toMatchObject({ intervalMs: interval * 1000, columns, rows });
});

test("a tile keeps the video's shape, and a portrait tile has a limited height", () => {
  expect(planStoryboard(lasting(60))).toMatchObject({ tileWidth: 160, tileHeight: 90 });
  expect(planStoryboard(lasting(60, { width: 1080, height: 2400 }))).toMatchObject({ tileHeight: 284 });
});

test("a source of unknown length has no storyboard", () => {
  const source = sourceOf();
  expect(planStoryboard({ ...source, probe: { ...source.probe, durationMs: null } })).toBeNull();
});

test("cues follow the available tiles, sheet by sheet", () => {
  const plan = { intervalMs: 1_000, columns: 2, rows: 1, tileWidth: 160, tileHeight: 90 };
  const timesMs = parseTileTimes(
    "frame:0    pts:0       pts_time:0\ntile=1\nframe:1 pts:9 pts_time:2.5\nframe:2 pts:9 pts_time:3600",
  );
  const sprites = ["00000.jpg", "00001.jpg"];
  expect(formatStoryboard(plan, { timesMs, sprites, endMs: 3_601_234 })).toMatchInlineSnapshot(`
    "WEBVTT

    00:00:00.000 --> 00:00:02.500
    00000.jpg#xywh=0,0,160,90

    00:00:02.500 --> 01:00:00.000
    00000.jpg#xywh=160,0,160,90

    01:00:00.000 --> 01:00:01.234
    00001.jpg#xywh=0,0,160,90
    "
  `);
});

const render = async (args: string, file = "clip.mp4") => {
  const clip = await makeClip(join(clips.path, file), words(args));
  return await worker.end(await worker.request(clip, { storyboard: true }));
};
const clip = "-f lavfi -i testsrc2=s=320x240:r=10:d=7 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";

test("a video's storyboard shows its keyframes and is stored beside the attempt's output", async () => {
  const { result: state } = await render(`${clip} -g 15`);
  const prefix = state.posterKey?.replace("poster.jpg", "storyboard/");
  expect(state.storyboard).toEqual({
    vttKey: `${prefix}storyboard.vtt`,
    spriteKeys: [`${prefix}00000.jpg`],
    intervalMs: 1_000,
  });
  const vtt = await readFile(worker.store.path(state.storyboard?.vttKey ?? ""), "utf8");
  expect(vtt.match(/^.* -->/gm)?.map((line) => line.slice(6, 12))).toEqual([
    "00.000",
    "01.500",
    "03.000",
    "04.500",
    "06.000",
  ]);
  const sprite = worker.store.path(state.storyboard?.spriteKeys[0] ?? "");
  expect(await inspect(sprite)).toMatchObject({ width: 7 * 160, height: 120 });
});

test("a storyboard of sparse keyframes has one tile per keyframe", async () => {
  const { result: state } = await render(`${clip} -g 1000`, "sparse.mp4");
  const vtt = await readFile(worker.store.path(state.storyboard?.vttKey ?? ""), "utf8");
  expect(vtt).toContain("00:00:00.000 --> 00:00:07.000\n00000.jpg#xywh=0,0,160,120");
});

test("a storyboard that cannot be stored does not fail the render", async () => {
  worker.store.beforeWrite = (key) => {
    if (key.endsWith(".vtt")) throw new StoreFullError(key);
  };
  const end = await render(`${clip} -g 10`, "unlucky.mp4");
  worker.store.beforeWrite = () => undefined;
  expect(end.type).toBe("task.completed.v1");
  expect(end.result.storyboard).toBeUndefined();
});
