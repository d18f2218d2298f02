import { join } from "node:path";
import { expect, test } from "vitest";
import { words } from "./ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory } from "./testing/kit.ts";

test("a task becomes a complete stream in the store, told step by step", async () => {
  await using directory = await temporaryDirectory();
  await using worker = await startWorker();
  const clip = await makeClip(join(directory.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=30:d=5 -f lavfi -i sine=440:d=5"),
    ...words("-c:v libx264 -preset ultrafast -c:a aac"),
  ]);
  const task = await worker.request(clip);
  const end = await worker.end(task);

  expect(end).toMatchObject({ type: "render.completed.v1", taskId: task.taskId });
  expect(end.state.variants.map(({ name, status }) => [name, status])).toEqual([
    ["144p", "READY"],
    ["240p", "READY"],
    ["360p", "READY"],
    ["480p", "SKIPPED"],
    ["540p", "SKIPPED"],
    ["720p", "SKIPPED"],
    ["1080p", "SKIPPED"],
    ["1440p", "SKIPPED"],
    ["2160p", "SKIPPED"],
  ]);
  const top = end.state.variants[2]?.playlist;
  expect(top).toMatchObject({
    codecs: expect.stringMatching(/^avc1\.64[0-9A-F]{4}$/),
    segments: 2,
    isComplete: true,
  });
  expect(end.state.audio?.playlist).toMatchObject({ codecs: "mp4a.40.2", isComplete: true });
  expect(end.state.posterKey).toMatch(/poster\.jpg$/);
  const prefix = `videos/${task.videoId}/attempts/${end.attemptId}/`;
  expect(await worker.store.keys(`${prefix}360p/`)).toEqual(
    ["00000.m4s", "00001.m4s", "index.m3u8", "init.mp4"].map((file) => `${prefix}360p/${file}`),
  );
  expect(worker.messaging.acked).toHaveLength(1);
  expect(worker.messaging.published.find(({ type }) => type.startsWith("render"))?.type).toBe(
    "render.started.v1",
  );
});
