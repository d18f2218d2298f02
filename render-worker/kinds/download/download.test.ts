import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Profile } from "@reelay/contracts";
import { walkBoxes } from "@reelay/media-container";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, inspect } from "../../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";

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

test("the largest variant below the requested height and the audio become one MP4 with its index in front", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "clip.mkv"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=25:d=6 -f lavfi -i sine=440:d=6"),
    ...words("-c:v libx264 -preset ultrafast -bf 2 -c:a flac"),
  ]);
  const task = await worker.request(clip, { profile });
  const { type, result: state, attemptId } = await worker.end(task);
  expect(type).toBe("task.completed.v1");
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
