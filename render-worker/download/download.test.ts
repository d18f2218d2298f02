import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Profile, VariantState } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../ffmpeg/words.ts";
import { walkBoxes } from "../hls/boxes.ts";
import { complaints, inspect } from "../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "../testing/kit.ts";
import { chooseVariant } from "./choose-variant.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const profile: Profile = {
  ...defaultProfile,
  name: "download",
  rungs: defaultProfile.rungs.slice(0, 3),
  download: { height: 240 },
};

test("the largest variant below the asked height and the sound become one MP4 with its index in front", {
  timeout: 60_000,
}, async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "clip.mkv"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=25:d=6 -f lavfi -i sine=440:d=6"),
    ...words("-c:v libx264 -preset ultrafast -bf 2 -c:a flac"),
  ]);
  // Long enough to be split, were no download wanted.
  const part = { kind: "HEAD" as const, wholeUpToMs: 1_000, headMs: 1_000 };
  const task = await worker.request(clip, { profile, part });
  const { type, state, attemptId } = await worker.end(task);
  expect(type).toBe("render.completed.v1");
  const key = `videos/${task.videoId}/attempts/${attemptId}/download/video.mp4`;
  expect(state.download).toMatchObject({ key, variant: "240p" });

  const path = worker.store.path(key);
  const bytes = await readFile(path);
  expect(bytes.length).toBe(state.download?.sizeBytes);
  expect([...walkBoxes(bytes)].map((box) => box.type).slice(0, 2)).toEqual(["ftyp", "moov"]);
  expect(await inspect(path)).toMatchObject({ width: 426, height: 240, frames: 150, startTime: 0 });
  expect(Math.abs((await inspect(path, "a")).startTime)).toBeLessThan(0.03);
  expect(await complaints(path)).toBe("");
});

const variant = (name: string, height: number, changes: Partial<VariantState> = {}): VariantState => ({
  name,
  index: 0,
  tier: "CRITICAL",
  status: "READY",
  codec: "H264",
  width: (height * 16) / 9,
  height,
  frameRate: 30,
  bitrateBps: 1_000_000,
  playlist: {
    key: `videos/v/attempts/a/${name}/index.m3u8`,
    codecs: "avc1.64001f",
    bandwidthBps: 1,
    averageBandwidthBps: 1,
    segments: 1,
    durationMs: 1,
    sizeBytes: 1,
    isComplete: true,
  },
  skipReason: null,
  error: null,
  ...changes,
});

test("it is of a rung that is ready, in H.264 where there is one, and of the source only for want of another", () => {
  const asked = { ...profile, download: { height: 720 } };
  const source = variant("source", 720);
  const chosen = (...variants: VariantState[]) => chooseVariant(variants, asked)?.name;
  expect(chosen(variant("360p", 360), variant("720p", 720), variant("1080p", 1080), source)).toBe("720p");
  expect(chosen(variant("360p", 360), variant("720p", 720, { status: "FAILED" }))).toBe("360p");
  expect(chosen(variant("360p", 360), variant("720p-hevc", 720, { codec: "HEVC" }))).toBe("360p");
  expect(chosen(source)).toBe("source");
  expect(chosen(variant("1080p", 1080))).toBeUndefined();
  expect(chooseVariant([variant("720p", 720)], profile)).toBeNull();
  expect(chooseVariant([variant("144p", 144)], { ...profile, download: null })).toBeNull();
});
