import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { retryJob } from "../kinds/index.ts";
import { attemptOf } from "../testing/projection.ts";
import { createVideo, receiveSource } from "../videos/index.ts";
import { createCmsApi } from "./testing/cms-api.ts";

let api: Awaited<ReturnType<typeof createCmsApi>>;
beforeAll(async () => {
  api = await createCmsApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const idOf = (videoId: string) => encodeGlobalId("Video", videoId);
const ask = (videoId: string, headers = {}) => api.get(`/api/video-status/${idOf(videoId)}`, headers);
// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
const fileOf = async (videoId: string): Promise<any> =>
  JSON.parse((await api.system.stored(objectKeys.status(videoId))) ?? "null");

const upload = { filename: "clip.mp4", sizeBytes: 1_000 };

test("a video has a status from its creation, in the store and over HTTP", async () => {
  const { videoId } = await createVideo(api.operations, api.viewer, { title: "secret", source: { upload } });
  const response = await ask(videoId);
  expect(response.status).toBe(200);
  const status = await response.json();
  expect(status).toEqual({
    ...{ id: idOf(videoId), status: "AWAITING_SOURCE", progress: 0, estimatedTime: null, variants: [] },
    ...{ playbackUrl: null, dashUrl: null, downloadUrl: null, posterUrl: null, storyboardUrl: null },
    ...{ previewUrl: null, playbackPolicy: "PUBLIC" },
    ...{ durationMs: null, width: null, height: null, error: null, playableAt: null, readyAt: null },
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
  });
  expect(await fileOf(videoId)).toEqual(status);
});

test("the status file follows a received source, a playable video, a failure and a retry", async () => {
  const { videoId } = await createVideo(api.operations, api.viewer, { title: "clip", source: { upload } });
  await receiveSource(api.operations, videoId);
  expect(await fileOf(videoId)).toMatchObject({ status: "PROCESSING" });
  const task = await api.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const attempt = attemptOf({ videoId, jobId: task.jobId, taskId: task.id });
  await api.system.apply(attempt.started);
  await api.system.apply(attempt.advanced(1));
  const playing = await fileOf(videoId);
  expect(playing).toMatchObject({ status: "PLAYABLE", error: null });
  expect(playing.playbackUrl).toBe(`http://store/${objectKeys.master(videoId)}`);
  expect(playing.variants).toContainEqual(expect.objectContaining({ name: "144p", status: "RENDERING" }));
  await api.system.apply(attempt.failed(2, "REJECTED"));
  expect(await fileOf(videoId)).toMatchObject({
    ...{ status: "FAILED", playbackUrl: null },
    error: { code: "ENCODER_FAILED", message: "It broke." },
  });
  await retryJob(api.operations, api.viewer, { jobId: task.jobId });
  expect(await fileOf(videoId)).toMatchObject({ status: "PROCESSING", error: null });
});

test("the status contains the live progress and the workers' time estimate", async () => {
  const ref = await api.createQueuedVideo();
  const attempt = attemptOf(ref);
  await api.system.apply(attempt.started);
  await api.system.apply(attempt.advanced(1));
  await api.db.variant.updateMany({ where: { videoId: ref.videoId }, data: { etaMs: 4_200 } });
  const [variant] = await api.db.variant.findMany({
    where: { videoId: ref.videoId },
    orderBy: { position: "asc" },
  });
  if (!variant) throw new Error("no variant");
  const heard = { fraction: 0.9, frames: 1, fps: 1, speed: 1, etaMs: 1, sizeBytes: 1n };
  api.live.values.set(`${ref.videoId}/${variant.name}`, heard);
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const status = await (await ask(ref.videoId)).json();
  expect(status.estimatedTime).toBe(5);
  expect(status.variants[0]).toMatchObject({ name: variant.name, fraction: 0.9 });
});

test("an unchanged status is answered with 304", async () => {
  const { videoId } = await api.createQueuedVideo();
  const first = await ask(videoId);
  const etag = first.headers.get("etag") ?? "";
  expect(first.headers.get("cache-control")).toBe("public, max-age=1");
  const again = await ask(videoId, { "if-none-match": `"other", W/${etag}` });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  const head = await fetch(first.url, { method: "HEAD" });
  expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([200, etag, ""]);
});

test("pages of other origins may request the status", async () => {
  const { videoId } = await api.createQueuedVideo();
  const { headers } = await ask(videoId, { origin: "https://cms.example" });
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test.each([["nothing"], [idOf("00000000-0000-4000-8000-000000000000")], ["../x"], ["%00"]])(
  "the status of the unknown id %s is 404",
  async (id) => {
    const response = await api.get(`/api/video-status/${id}`);
    expect(response.status).toBe(404);
    if (id !== "../x")
      expect(await response.json()).toMatchObject({ success: false, error: { code: "VIDEO_NOT_FOUND" } });
  },
);

test("other methods return 405 with the allowed methods", async () => {
  const answer = await fetch(`${api.url}/api/video-status/x`, { method: "POST" });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});

test("a SIGNED video's status requires a playback token or an API key; without either it returns 404", async () => {
  const input = { title: "secret", source: { upload }, playbackPolicy: "SIGNED" as const };
  const { videoId } = await createVideo(api.operations, api.viewer, input);
  const now = { playableAt: new Date(), status: "PLAYABLE" as const };
  await api.db.video.update({ where: { id: videoId }, data: now });
  const { workspaceId } = api.viewer;
  const tokenFor = (purpose: "DOWNLOAD" | "PLAY" | "STATUS") =>
    api.operations.playback.tokenFor(workspaceId, videoId, purpose);
  const withToken = (token: string, id = videoId) =>
    api.get(`/api/video-status/${idOf(id)}?token=${token}`, {});

  const other = "019a0000-0000-7000-8000-000000000001";
  const [hidden, missing] = await Promise.all([ask(videoId), ask(other)]);
  expect([hidden.status, missing.status]).toEqual([404, 404]);
  const text = (await hidden.text()).replaceAll(idOf(videoId), "ID");
  expect(text).toBe((await missing.text()).replaceAll(idOf(other), "ID"));

  const play = await tokenFor("PLAY");
  const playing = await withToken(play);
  expect(playing.headers.get("cache-control")).toBe("private, max-age=1");
  expect(await playing.json()).toMatchObject({
    playbackUrl: `http://store/~${play}/${objectKeys.master(videoId)}`,
    downloadUrl: null,
  });
  expect(await (await withToken(await tokenFor("STATUS"))).json()).toMatchObject({
    ...{ status: "PLAYABLE", playbackUrl: null },
  });
  const byKey = await ask(videoId, { authorization: api.authorization });
  expect((await byKey.json()).playbackUrl).toContain("/~1.");
  for (const [token, id] of [
    [await tokenFor("DOWNLOAD"), videoId],
    [play, other],
    [`${play}A`, videoId],
  ] as const) {
    const refused = await withToken(token, id);
    expect(refused.status).toBe(403);
    expect((await refused.json()).error.code).toMatch(/^PLAYBACK_TOKEN_(INVALID|PURPOSE)$/);
  }
});
