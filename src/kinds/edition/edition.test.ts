import { randomUUID } from "node:crypto";
import { CompositionSettings, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setCaptions } from "../../captions/index.ts";
import { updateVideoSource } from "../../editions/index.ts";
import { cancelJob, cancelVideo } from "../../jobs/index.ts";
import { createVideo, deleteVideo } from "../../videos/index.ts";
import { repairVideo, requestPreview, retryJob, retryVideo } from "../index.ts";
import { createEditionWorld, ofTemplate, quiz, vtt } from "./testing/edition-world.ts";

let world: Awaited<ReturnType<typeof createEditionWorld>>;
beforeAll(async () => {
  world = await createEditionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const DAY = 86_400_000;

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "none",
    ({ code }: { code: string }) => code,
  );

test("a corrected video switches in one step, and its old output stays for a day", async () => {
  const { videoId, made } = await world.readyVideo();
  const before = await world.master(videoId);
  const watched = await world.readAll(videoId);
  const { editionId } = await world.update(videoId, quiz("Which?", "Whose?"));
  expect(await world.editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "RENDERING" },
  ]);
  const ref = await world.newestTask(videoId);
  const [message] = await world.system.takeMessages(ref);
  const key = objectKeys.editionSource(videoId, editionId, "data.json");
  expect(message).toMatchObject({
    ...{ kind: "COMPOSITION", inputs: { source: { kind: "object", key } } },
    params: { keep: { variants: [], audio: null }, storyboard: true },
  });
  expect(await world.system.stored(key)).toContain("Whose?");
  expect(message?.params["known"]).toMatchObject(
    made.all.toSorted((a, b) => a.startMs - b.startMs || (a.rendition < b.rendition ? -1 : 1)),
  );

  const attempt = world.drawing(ref, ["a", "c"], "Whose?");
  await attempt.begin();
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  expect(await world.master(videoId)).toBe(before);
  await attempt.complete();

  const after = await world.videoOf(videoId);
  expect(after).toMatchObject({ status: "READY", edition: 2, hasDash: true });
  expect(JSON.stringify(after.storyboard)).toContain(attempt.attemptId);
  expect(await world.master(videoId)).not.toBe(before);
  const now = await world.readAll(videoId);
  expect(now.filter((each) => each.includes(made.attemptId))).toEqual([]);
  expect(now).toContain(objectKeys.joinedPlaylist(videoId, "360p", 2));
  const [track] = await world.system.db.captionTrack.findMany({ where: { videoId } });
  expect(await world.system.stored(track?.key ?? "")).toContain("Whose?");
  expect(await world.system.db.source.findUniqueOrThrow({ where: { videoId } })).toMatchObject({
    objectKey: key,
  });
  expect(await world.editionsOf(videoId)).toMatchObject([
    { number: 1, status: "REPLACED", replacedAt: expect.any(Date) },
    { number: 2, status: "PUBLISHED", publishedAt: expect.any(Date) },
  ]);
  const events = await world.system.db.event.findMany({
    where: { videoId, type: { startsWith: "video." } },
    orderBy: { id: "asc" },
  });
  expect(events.slice(-2).map(({ type, data }) => [type, data])).toEqual([
    ["video.edition-started", { edition: 2 }],
    ["video.edition-published", { edition: 2 }],
  ]);

  const old = watched.filter((each) => !each.endsWith("master.m3u8"));
  world.system.passTime(DAY - 60_000);
  await world.system.sweep();
  expect(await world.areThere(old)).toEqual(old.map(() => true));
  world.system.passTime(120_000);
  await world.system.sweep();
  expect(await world.areThere(old)).toEqual(old.map(() => false));
  expect(await world.readAll(videoId)).toEqual(now);
  expect(await world.areThere([objectKeys.source(videoId, "data.json"), key])).toEqual([false, true]);
  // Its length is charged, too, and another one is refused once the day's minutes are used.
  const charged = await world.system.db.chargedSource.findMany({ where: { videoId: editionId } });
  expect(charged).toMatchObject([{ durationMs: BigInt(after.durationMs ?? 0) }]);
  const limit = (maxSourceMinutesPerDay: number | null) =>
    world.system.db.workspace.updateMany({ data: { maxSourceMinutesPerDay } });
  await limit(0);
  expect(await codeOf(world.update(videoId, quiz("Who?")))).toBe("QUOTA_EXCEEDED");
  await limit(null);
  expect(await world.system.db.storedFolder.count({ where: { videoId, retiredAt: { not: null } } })).toBe(0);

  await deleteVideo(world.system.operations, world.system.viewer, { videoId });
  expect(await world.areThere(now)).toEqual(now.map(() => false));
});

test("an edition that fails changes nothing, and a retry continues after its finished chunks", async () => {
  const { videoId } = await world.readyVideo();
  const before = await world.master(videoId);
  await world.update(videoId, quiz("Which?", "Whose?"));
  const ref = await world.newestTask(videoId);
  const attempt = world.drawing(ref, ["a", "c"]);
  await attempt.begin();
  await attempt.fail();
  expect(await world.editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "FAILED", error: { code: "ENCODER_FAILED" } },
  ]);
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 1, error: null });
  expect(await world.master(videoId)).toBe(before);
  const begun = attempt.all.filter(({ startMs }) => startMs === 0);
  expect(await world.areThere(begun.map(({ initKey }) => initKey))).toEqual([true, true]);

  world.system.passTime(1);
  await retryVideo(world.system.operations, world.system.viewer, { videoId });
  const again = await world.newestTask(videoId);
  const [message] = await world.system.takeMessages(again);
  expect(message).toMatchObject({ params: { keep: { parts: begun } } });
  const second = world.drawing(again, ["a", "c"]);
  await second.begin();
  await second.complete();
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 2 });
  const played = await world.readAll(videoId);
  expect(begun.every(({ initKey }) => played.includes(initKey))).toBe(true);
  expect(await codeOf(retryVideo(world.system.operations, world.system.viewer, { videoId }))).toBe(
    "JOB_SUCCEEDED",
  );
});

test("an edition without all variants fails, and the next one takes its place", async () => {
  const { videoId } = await world.readyVideo();
  await world.update(videoId, quiz("Whose?"));
  const ref = await world.newestTask(videoId);
  const attempt = world.drawing(ref, ["c", "d"]);
  await attempt.begin();
  await attempt.completeWithout();
  expect((await world.editionsOf(videoId)).at(-1)).toMatchObject({
    ...{ number: 2, status: "FAILED" },
    error: { code: "EDITION_INCOMPLETE", attemptId: attempt.attemptId },
  });
  await world.update(videoId, quiz("Why?"));
  expect(await codeOf(retryJob(world.system.operations, world.system.viewer, { jobId: ref.jobId }))).toBe(
    "EDITION_SUPERSEDED",
  );
  await world.draw(videoId, ["e", "f"]);
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
  expect(await world.areThere(attempt.all.map(({ initKey }) => initKey))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  await world.system.sweep();
  const gone = await world.system.db.edition.findFirstOrThrow({ where: { videoId, number: 2 } });
  expect(await world.areThere([gone.objectKey])).toEqual([false]);
});

test("a newer edition takes the place of one under way, whose worker stops and changes nothing", async () => {
  const { videoId } = await world.readyVideo();
  await world.update(videoId, quiz("Whose?"));
  const attempt = world.drawing(await world.newestTask(videoId), ["c", "d"]);
  await attempt.begin();
  await world.update(videoId, quiz("Why?"));
  expect(await world.editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "CANCELED", error: { code: "EDITION_SUPERSEDED" } },
    { number: 3, status: "RENDERING" },
  ]);
  expect((await world.system.relay()).map(({ type }) => type)).toContain("task.cancel-requested.v1");
  await attempt.complete();
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  await world.draw(videoId, ["e", "f"], "Why?");
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
});

test("a lost worker's edition is continued by the next attempt, while the video stays READY", async () => {
  const { videoId } = await world.readyVideo();
  await world.update(videoId, quiz("Whose?"));
  const ref = await world.newestTask(videoId);
  const attempt = world.drawing(ref, ["c", "d"]);
  await attempt.begin();
  world.system.passTime(60_000);
  await world.system.sweep();
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  const [message] = await world.system.takeMessages(ref);
  expect(message).toMatchObject({ fencingToken: 1, params: { keep: { parts: attempt.all.slice(0, 2) } } });
  await world.draw(videoId, ["c", "d"]);
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 2 });
});

test("canceling a video's jobs cancels its edition, which a retry takes up again", async () => {
  const { videoId } = await world.readyVideo();
  await world.update(videoId, quiz("Whose?"));
  await cancelVideo(world.system.operations, world.system.viewer, { videoId });
  expect((await world.editionsOf(videoId)).at(-1)).toMatchObject({ status: "CANCELED", error: null });
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  world.system.passTime(1);
  const { jobId } = await world.newestTask(videoId);
  await retryJob(world.system.operations, world.system.viewer, { jobId });
  expect((await world.editionsOf(videoId)).at(-1)).toMatchObject({ number: 2, status: "RENDERING" });
  await world.draw(videoId, ["c", "d"]);
  expect(await world.videoOf(videoId)).toMatchObject({ edition: 2 });
});

test("an edition keeps the settings that it does not name, and its owner's captions and poster", async () => {
  const { videoId } = await world.readyVideo(quiz("Which?"), {
    height: 360,
    frameRate: 12,
    voice: { name: "slt" },
  });
  const own = { language: "en", kind: "SUBTITLES", isDefault: true, content: vtt("My own.") } as const;
  await setCaptions(world.system.operations, world.system.viewer, { videoId, ...own });
  const posterKey = objectKeys.attemptPoster(videoId, randomUUID());
  const chosen = { key: posterKey, result: { version: 1, atMs: 1_000 } };
  await world.system.db.asset.update({ where: { videoId_kind: { videoId, kind: "POSTER" } }, data: chosen });
  await requestPreview(world.system.operations, world.system.viewer, { videoId });
  const { editionId } = await world.update(videoId, quiz("Whose?"));
  const edition = await world.system.db.edition.findUniqueOrThrow({ where: { id: editionId } });
  expect(CompositionSettings.parse(edition.params)).toMatchObject({
    ...{ width: 640, height: 360, frameRate: 12, voice: { name: "slt", rate: 1 } },
  });
  await world.draw(videoId, ["c", "d"], "Whose?");
  const [track, ...others] = await world.system.db.captionTrack.findMany({ where: { videoId } });
  expect(others).toEqual([]);
  expect(await world.system.stored(track?.key ?? "")).toContain("My own.");
  const poster = await world.system.db.asset.findFirstOrThrow({ where: { videoId, kind: "POSTER" } });
  expect(poster.key).toBe(posterKey);
  // Both are made again from the new edition.
  const jobs = await world.system.db.job.findMany({
    where: { videoId, status: "QUEUED" },
    include: { tasks: true },
    orderBy: { kind: "asc" },
  });
  expect(jobs.map(({ kind, tasks }) => [kind, tasks[0]?.params])).toEqual([
    ["POSTER", { version: 1, atMs: 1_000 }],
    ["PREVIEW", { version: 1 }],
  ]);
  for (const { id: jobId } of jobs) await cancelJob(world.system.operations, world.system.viewer, { jobId });

  await world.update(videoId, quiz("Why?"));
  await world.system.db.captionTrack.deleteMany({ where: { videoId } });
  await world.draw(videoId, ["e", "f"], null);
  expect(await world.system.db.captionTrack.count({ where: { videoId } })).toBe(0);
});

test("a video that can have no edition, or a source that does not fit, is refused", async () => {
  const call = (videoId: string, source: object) =>
    codeOf(updateVideoSource(world.system.operations, world.system.viewer, { videoId, source }));
  const media = await world.system.createQueuedVideo();
  const source = ofTemplate(quiz("Which?"));
  const pending = await createVideo(world.system.operations, world.system.viewer, { title: "Quiz", source });
  const { videoId } = await world.readyVideo();
  const before = await world.system.db.edition.count();
  expect([
    await call(randomUUID(), source),
    await call(media.videoId, source),
    await call(pending.videoId, source),
    await call(videoId, { manim: { script: "class A(Scene): pass" } }),
    await call(videoId, ofTemplate(quiz("Which?"), { template: "quote" })),
    await call(videoId, ofTemplate({ questions: [] })),
  ]).toEqual([
    ...["VIDEO_NOT_FOUND", "SOURCE_NOT_DRAWN", "VIDEO_NOT_READY"],
    ...["SOURCE_KIND_DIFFERS", "TEMPLATE_DIFFERS", "DATA_INVALID"],
  ]);
  expect(await world.system.db.edition.count()).toBe(before);

  const idempotencyKey = randomUUID();
  const first = await world.update(videoId, quiz("Whose?"), { idempotencyKey });
  expect(await world.update(videoId, quiz("Whose?"), { idempotencyKey })).toEqual(first);
  expect(await world.editionsOf(videoId)).toHaveLength(2);
  await world.system.db.damage.create({
    data: { videoId, key: "k", code: "SEGMENT_MISSING", subject: "144p", foundAt: new Date() },
  });
  expect(await codeOf(repairVideo(world.system.operations, world.system.viewer, { videoId }))).toBe(
    "VIDEO_BUSY",
  );
});

test("a script's edition keeps scene, picture and seed unless it names others", async () => {
  const script = (radius: number) =>
    `from manim import *\nclass Lesson(Scene):\n    def construct(self):\n        self.add(Circle(${radius}))\n`;
  const manim = { script: script(1), scene: "Lesson", quality: "LOW", seed: 7 } as const;
  const { videoId } = await createVideo(world.system.operations, world.system.viewer, {
    title: "Lesson",
    source: { manim },
  });
  await world.draw(videoId, ["a", "b"], null);
  const correct = async (corrected: object) => {
    world.system.passTime(1);
    const source = { manim: { script: script(2), ...corrected } };
    const { editionId } = await updateVideoSource(world.system.operations, world.system.viewer, {
      videoId,
      source,
    });
    const [message] = await world.system.takeMessages(await world.newestTask(videoId));
    const key = objectKeys.editionSource(videoId, editionId, "scene.py");
    expect(message).toMatchObject({ kind: "ANIMATION", inputs: { source: { kind: "object", key } } });
    return message?.params["animation"];
  };
  const published = { scene: "Lesson", width: 854, height: 480, frameRate: 15, seed: 7 };
  expect(await correct({})).toMatchObject(published);
  const chosen = { width: 1280, height: 720, frameRate: 30, seed: 0 };
  expect(await correct({ quality: "MEDIUM", seed: 0 })).toMatchObject({ ...published, ...chosen });
  await world.draw(videoId, ["c", "d"], null);
  expect(await world.videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
});
