import { join } from "node:path";
import type { Profile } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, inspect } from "../../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const profile: Profile = { ...defaultProfile, name: "audio", rungs: [] };

test.for([
  ["a recording without video", "talk.m4a", "-f lavfi -i sine=440:d=5 -c:a aac"],
  [
    "a video, whose frames are ignored",
    "talk.mp4",
    "-f lavfi -i testsrc2=s=320x180:r=10:d=5 -f lavfi -i sine=440:d=5 -c:v libx264 -c:a aac",
  ],
] as const)("a profile without rungs encodes audio from %s", async ([, file, args]) => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, file), words(args));
  // Long enough to be split if it had video.
  const part = { kind: "HEAD" as const, wholeUpToMs: 1_000, headMs: 1_000 };
  const end = await worker.end(await worker.request(clip, { profile, part }));
  expect(end).toMatchObject({
    type: "task.completed.v1",
    result: {
      variants: [],
      posterKey: null,
      source: { probe: { video: null, audio: { channels: 1 } } },
      audio: { channels: 2, playlist: { codecs: "mp4a.40.2", isComplete: true } },
    },
  });
  const path = worker.store.path(end.result.audio?.playlist?.key ?? "");
  expect((await inspect(path, "a")).startTime).toBe(0);
  expect(await complaints(path)).toBe("");
  expect(Math.abs((end.result.audio?.playlist?.durationMs ?? 0) - 5_000)).toBeLessThan(50);
});

test("an audio-only profile rejects a source without audio", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(
    join(clips.path, "silent.mp4"),
    words("-f lavfi -i testsrc2=s=320x180:r=10:d=1 -c:v libx264"),
  );
  expect(await worker.end(await worker.request(clip, { profile }))).toMatchObject({
    type: "task.failed.v1",
    outcome: "REJECTED",
    error: { code: "SOURCE_HAS_NO_AUDIO", scope: "INPUT", retriable: false },
  });
});
