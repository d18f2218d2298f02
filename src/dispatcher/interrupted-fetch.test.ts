import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

/** A video whose first worker reported the source while it fetched it, and then stopped. */
async function interruptedVideo() {
  const ref = await system.createQueuedVideo();
  await system.relay();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const key = objectKeys.source(ref.videoId, "clip.mp4");
  const source = { key, sizeBytes: 1_000, contentType: "video/mp4", probe: null };
  const state = { ...attempt.state("PENDING"), source };
  await system.apply(attempt.advanced(1, state));
  await system.apply(attempt.stopped(2, "INTERRUPTED", state));
  return ref;
}

test("a source whose download was interrupted is downloaded again", async () => {
  const [task] = await system.takeMessages(await interruptedVideo());
  expect(task?.source).toMatchObject({ kind: "url", url: "https://example.com/clip.mp4" });
});

test("a source with a known hash is read from the store", async () => {
  const ref = await interruptedVideo();
  await system.db.source.update({ where: { videoId: ref.videoId }, data: { hash: "sha256:00" } });
  const [task] = await system.takeMessages(ref);
  expect(task?.source).toMatchObject({ kind: "object" });
});

test("a failed video leaves no joined playlist, even if its attempts' output is gone", async () => {
  const ref = await system.createQueuedVideo();
  await system.relay();
  const playlist = `${objectKeys.video(ref.videoId)}variants/audio/index.m3u8`;
  await system.store.put(playlist, "#EXTM3U");
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "REJECTED"));
  expect(await system.stored(playlist)).toBeNull();
});
