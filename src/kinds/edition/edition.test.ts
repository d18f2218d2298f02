import { randomUUID } from "node:crypto";
import { CompositionSettings, objectKeys, type RenderState, type RenditionPart } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setCaptions } from "../../captions/index.ts";
import { updateVideoSource } from "../../editions/index.ts";
import { cancelJob, cancelVideo } from "../../jobs/index.ts";
import { createProjection, type TaskRef } from "../../testing/projection.ts";
import { splitAttemptOf } from "../../testing/split-attempt.ts";
import { createVideo, deleteVideo } from "../../videos/index.ts";
import { repairVideo, requestPreview, retryJob, retryVideo } from "../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const DAY = 86_400_000;
const options = ["Jupiter", "Saturn", "Neptune", "Earth"];
const quiz = (...texts: string[]) => ({
  questions: texts.map((question) => ({ question, options, answerIndex: 0 })),
});
const ofTemplate = (data: object, more: object = {}) => ({
  template: { template: "quiz-classic", data, ...more },
});

async function newestTask(videoId: string): Promise<TaskRef> {
  const task = await system.db.task.findFirstOrThrow({
    where: { job: { videoId } },
    orderBy: { job: { createdAt: "desc" } },
  });
  return { videoId, jobId: task.jobId, taskId: task.id };
}

const sha256 = (frames: string) => frames.repeat(64);
const vtt = (text: string) => `WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n${text}\n`;

/** An attempt that draws two chunks, each with its own frames, speaks, and stores what it reports. */
function drawing(ref: TaskRef, [one, two]: readonly [string, string], text: string | null = "Which?") {
  const attempt = splitAttemptOf(ref);
  const { attemptId } = attempt;
  const chunk = (name: string, startMs: number, endMs: number | null, frames: string): RenditionPart => ({
    ...attempt.part(name, startMs, endMs, [4_000]),
    drawn: {
      ...{ painter: "template 2.16.3", lastAnimation: 3, startFrame: startMs, frames: 120 },
      ...{ sha256: sha256(frames), firstFrame: "0".repeat(16), animations: ["1".repeat(16)] },
    },
    recipe: sha256("a"),
  });
  const names = ["144p", "360p"];
  const begun = names.map((name) => chunk(name, 0, 4_000, one));
  const all = [...begun, ...names.map((name) => chunk(name, 4_000, null, two))];
  const key = (path: string) => objectKeys.attempt(ref.videoId, attemptId) + path;
  const soundtrack = {
    ...{ key: key("audio/index.m3u8"), codecs: "mp4a.40.2", bandwidthBps: 128_000 },
    ...{ averageBandwidthBps: 128_000, segments: 2, durationMs: 8_000, sizeBytes: 16_000, isComplete: true },
  };
  const state = (parts: RenditionPart[], isDone = false): RenderState => {
    const head = attempt.head(parts, false);
    if (!isDone || head.audio === null) return head;
    return {
      ...head,
      audio: { ...head.audio, playlist: soundtrack },
      posterKey: key("poster.jpg"),
      storyboard: {
        vttKey: key("storyboard/storyboard.vtt"),
        spriteKeys: [key("storyboard/0.jpg")],
        intervalMs: 1_000,
      },
      ...(text !== null && { captions: { key: key("captions.vtt"), language: "en" } }),
    };
  };
  const store = async () => {
    const keys = all.flatMap(({ initKey, segments }) => [initKey, ...segments.map((each) => each.key)]);
    const others = ["audio/index.m3u8", "poster.jpg", "storyboard/storyboard.vtt"].map(key);
    for (const each of [...keys, ...others])
      await system.store.put(each, each.endsWith(".m3u8") ? "#EXTM3U" : each);
    if (text !== null) await system.store.put(key("captions.vtt"), vtt(text));
  };
  return {
    attemptId,
    all,
    async begin() {
      await store();
      await system.apply(attempt.started);
      await system.apply(attempt.advanced(1, state(begun)));
    },
    complete: () => system.apply(attempt.completed(2, state(all, true))),
    completeWithout: () => system.apply(attempt.completed(2, state(begun, true))),
    fail: () => system.apply(attempt.failed(2, "REJECTED", state(begun))),
  };
}

async function draw(videoId: string, frames: readonly [string, string], text?: string | null) {
  const attempt = drawing(await newestTask(videoId), frames, text);
  await attempt.begin();
  await attempt.complete();
  return attempt;
}

async function readyVideo(data = quiz("Which?", "Who?"), more: object = {}) {
  const source = ofTemplate(data, more);
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "Quiz", source });
  const made = await draw(videoId, ["a", "b"]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  return { videoId, made };
}

async function update(videoId: string, data: object, more: object = {}) {
  system.passTime(1);
  const input = { videoId, source: ofTemplate(data), ...more };
  return await updateVideoSource(system.operations, system.viewer, input);
}

const videoOf = (id: string) => system.db.video.findUniqueOrThrow({ where: { id } });
const editionsOf = (videoId: string) =>
  system.db.edition.findMany({ where: { videoId }, orderBy: { number: "asc" } });
const master = (videoId: string) => system.stored(objectKeys.master(videoId));
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "none",
    ({ code }: { code: string }) => code,
  );

/** Everything that a viewer who loaded the master playlist goes on to load. */
async function readAll(videoId: string): Promise<string[]> {
  const folder = `videos/${videoId}/manifest/`;
  const found: string[] = [];
  const read = async (key: string) => {
    const text = await system.stored(key);
    if (text === null) throw new Error(`${key} is missing.`);
    found.push(key);
    if (!key.endsWith(".m3u8")) return;
    const uris = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const named = [...text.matchAll(/URI="([^"]+)"/g)].map(([, uri]) => uri ?? "");
    for (const uri of [...uris, ...named]) await read(new URL(uri, `http://x/${key}`).pathname.slice(1));
  };
  await read(`${folder}master.m3u8`);
  return found.toSorted();
}

async function areThere(keys: readonly string[]): Promise<boolean[]> {
  const found = await Promise.all(keys.map((key) => system.stored(key)));
  return found.map((text) => text !== null);
}

test("a corrected video switches in one step, and its old output stays for a day", async () => {
  const { videoId, made } = await readyVideo();
  const before = await master(videoId);
  const watched = await readAll(videoId);
  const { editionId } = await update(videoId, quiz("Which?", "Whose?"));
  expect(await editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "RENDERING" },
  ]);
  const ref = await newestTask(videoId);
  const [message] = await system.takeMessages(ref);
  const key = objectKeys.editionSource(videoId, editionId, "data.json");
  expect(message).toMatchObject({
    ...{ kind: "COMPOSITION", inputs: { source: { kind: "object", key } } },
    params: { keep: { variants: [], audio: null }, storyboard: true },
  });
  expect(await system.stored(key)).toContain("Whose?");
  expect(message?.params["known"]).toMatchObject(
    made.all.toSorted((a, b) => a.startMs - b.startMs || (a.rendition < b.rendition ? -1 : 1)),
  );

  const attempt = drawing(ref, ["a", "c"], "Whose?");
  await attempt.begin();
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  expect(await master(videoId)).toBe(before);
  await attempt.complete();

  const after = await videoOf(videoId);
  expect(after).toMatchObject({ status: "READY", edition: 2, hasDash: true });
  expect(JSON.stringify(after.storyboard)).toContain(attempt.attemptId);
  expect(await master(videoId)).not.toBe(before);
  const now = await readAll(videoId);
  expect(now.filter((each) => each.includes(made.attemptId))).toEqual([]);
  expect(now).toContain(objectKeys.joinedPlaylist(videoId, "360p", 2));
  const [track] = await system.db.captionTrack.findMany({ where: { videoId } });
  expect(await system.stored(track?.key ?? "")).toContain("Whose?");
  expect(await system.db.source.findUniqueOrThrow({ where: { videoId } })).toMatchObject({ objectKey: key });
  expect(await editionsOf(videoId)).toMatchObject([
    { number: 1, status: "REPLACED", replacedAt: expect.any(Date) },
    { number: 2, status: "PUBLISHED", publishedAt: expect.any(Date) },
  ]);
  const events = await system.db.event.findMany({
    where: { videoId, type: { startsWith: "video." } },
    orderBy: { id: "asc" },
  });
  expect(events.slice(-2).map(({ type, data }) => [type, data])).toEqual([
    ["video.edition-started", { edition: 2 }],
    ["video.edition-published", { edition: 2 }],
  ]);

  const old = watched.filter((each) => !each.endsWith("master.m3u8"));
  system.passTime(DAY - 60_000);
  await system.sweep();
  expect(await areThere(old)).toEqual(old.map(() => true));
  system.passTime(120_000);
  await system.sweep();
  expect(await areThere(old)).toEqual(old.map(() => false));
  expect(await readAll(videoId)).toEqual(now);
  expect(await areThere([objectKeys.source(videoId, "data.json"), key])).toEqual([false, true]);
  expect(await system.db.storedFolder.count({ where: { videoId, retiredAt: { not: null } } })).toBe(0);

  await deleteVideo(system.operations, system.viewer, { videoId });
  expect(await areThere(now)).toEqual(now.map(() => false));
});

test("an edition that fails changes nothing, and a retry continues after its finished chunks", async () => {
  const { videoId } = await readyVideo();
  const before = await master(videoId);
  await update(videoId, quiz("Which?", "Whose?"));
  const ref = await newestTask(videoId);
  const attempt = drawing(ref, ["a", "c"]);
  await attempt.begin();
  await attempt.fail();
  expect(await editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "FAILED", error: { code: "ENCODER_FAILED" } },
  ]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1, error: null });
  expect(await master(videoId)).toBe(before);
  const begun = attempt.all.filter(({ startMs }) => startMs === 0);
  expect(await areThere(begun.map(({ initKey }) => initKey))).toEqual([true, true]);

  system.passTime(1);
  await retryVideo(system.operations, system.viewer, { videoId });
  const again = await newestTask(videoId);
  const [message] = await system.takeMessages(again);
  expect(message).toMatchObject({ params: { keep: { parts: begun } } });
  const second = drawing(again, ["a", "c"]);
  await second.begin();
  await second.complete();
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 2 });
  const played = await readAll(videoId);
  expect(begun.every(({ initKey }) => played.includes(initKey))).toBe(true);
  expect(await codeOf(retryVideo(system.operations, system.viewer, { videoId }))).toBe("JOB_SUCCEEDED");
});

test("an edition without all variants fails, and the next one takes its place", async () => {
  const { videoId } = await readyVideo();
  await update(videoId, quiz("Whose?"));
  const ref = await newestTask(videoId);
  const attempt = drawing(ref, ["c", "d"]);
  await attempt.begin();
  await attempt.completeWithout();
  expect((await editionsOf(videoId)).at(-1)).toMatchObject({
    ...{ number: 2, status: "FAILED" },
    error: { code: "EDITION_INCOMPLETE", attemptId: attempt.attemptId },
  });
  await update(videoId, quiz("Why?"));
  expect(await codeOf(retryJob(system.operations, system.viewer, { jobId: ref.jobId }))).toBe(
    "EDITION_SUPERSEDED",
  );
  await draw(videoId, ["e", "f"]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
  expect(await areThere(attempt.all.map(({ initKey }) => initKey))).toEqual([false, false, false, false]);
  await system.sweep();
  const gone = await system.db.edition.findFirstOrThrow({ where: { videoId, number: 2 } });
  expect(await areThere([gone.objectKey])).toEqual([false]);
});

test("a newer edition takes the place of one under way, whose worker stops and changes nothing", async () => {
  const { videoId } = await readyVideo();
  await update(videoId, quiz("Whose?"));
  const attempt = drawing(await newestTask(videoId), ["c", "d"]);
  await attempt.begin();
  await update(videoId, quiz("Why?"));
  expect(await editionsOf(videoId)).toMatchObject([
    { number: 1, status: "PUBLISHED" },
    { number: 2, status: "CANCELED", error: { code: "EDITION_SUPERSEDED" } },
    { number: 3, status: "RENDERING" },
  ]);
  expect((await system.relay()).map(({ type }) => type)).toContain("task.cancel-requested.v1");
  await attempt.complete();
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  await draw(videoId, ["e", "f"], "Why?");
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
});

test("a lost worker's edition is continued by the next attempt, while the video stays READY", async () => {
  const { videoId } = await readyVideo();
  await update(videoId, quiz("Whose?"));
  const ref = await newestTask(videoId);
  const attempt = drawing(ref, ["c", "d"]);
  await attempt.begin();
  system.passTime(60_000);
  await system.sweep();
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  const [message] = await system.takeMessages(ref);
  expect(message).toMatchObject({ fencingToken: 1, params: { keep: { parts: attempt.all.slice(0, 2) } } });
  await draw(videoId, ["c", "d"]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 2 });
});

test("canceling a video's jobs cancels its edition, which a retry takes up again", async () => {
  const { videoId } = await readyVideo();
  await update(videoId, quiz("Whose?"));
  await cancelVideo(system.operations, system.viewer, { videoId });
  expect((await editionsOf(videoId)).at(-1)).toMatchObject({ status: "CANCELED", error: null });
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 1 });
  system.passTime(1);
  const { jobId } = await newestTask(videoId);
  await retryJob(system.operations, system.viewer, { jobId });
  expect((await editionsOf(videoId)).at(-1)).toMatchObject({ number: 2, status: "RENDERING" });
  await draw(videoId, ["c", "d"]);
  expect(await videoOf(videoId)).toMatchObject({ edition: 2 });
});

test("an edition keeps the settings that it does not name, and its owner's captions and poster", async () => {
  const { videoId } = await readyVideo(quiz("Which?"), {
    height: 360,
    frameRate: 12,
    voice: { name: "slt" },
  });
  const own = { language: "en", kind: "SUBTITLES", isDefault: true, content: vtt("My own.") } as const;
  await setCaptions(system.operations, system.viewer, { videoId, ...own });
  const posterKey = objectKeys.attemptPoster(videoId, randomUUID());
  const chosen = { key: posterKey, result: { version: 1, atMs: 1_000 } };
  await system.db.asset.update({ where: { videoId_kind: { videoId, kind: "POSTER" } }, data: chosen });
  await requestPreview(system.operations, system.viewer, { videoId });
  const { editionId } = await update(videoId, quiz("Whose?"));
  const edition = await system.db.edition.findUniqueOrThrow({ where: { id: editionId } });
  expect(CompositionSettings.parse(edition.params)).toMatchObject({
    ...{ width: 640, height: 360, frameRate: 12, voice: { name: "slt", rate: 1 } },
  });
  await draw(videoId, ["c", "d"], "Whose?");
  const [track, ...others] = await system.db.captionTrack.findMany({ where: { videoId } });
  expect(others).toEqual([]);
  expect(await system.stored(track?.key ?? "")).toContain("My own.");
  const poster = await system.db.asset.findFirstOrThrow({ where: { videoId, kind: "POSTER" } });
  expect(poster.key).toBe(posterKey);
  // Both are made again from the new edition.
  const jobs = await system.db.job.findMany({
    where: { videoId, status: "QUEUED" },
    include: { tasks: true },
    orderBy: { kind: "asc" },
  });
  expect(jobs.map(({ kind, tasks }) => [kind, tasks[0]?.params])).toEqual([
    ["POSTER", { version: 1, atMs: 1_000 }],
    ["PREVIEW", { version: 1 }],
  ]);
  for (const { id: jobId } of jobs) await cancelJob(system.operations, system.viewer, { jobId });

  await update(videoId, quiz("Why?"));
  await system.db.captionTrack.deleteMany({ where: { videoId } });
  await draw(videoId, ["e", "f"], null);
  expect(await system.db.captionTrack.count({ where: { videoId } })).toBe(0);
});

test("a video that can have no edition, or a source that does not fit, is refused", async () => {
  const call = (videoId: string, source: object) =>
    codeOf(updateVideoSource(system.operations, system.viewer, { videoId, source }));
  const media = await system.createQueuedVideo();
  const source = ofTemplate(quiz("Which?"));
  const pending = await createVideo(system.operations, system.viewer, { title: "Quiz", source });
  const { videoId } = await readyVideo();
  const before = await system.db.edition.count();
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
  expect(await system.db.edition.count()).toBe(before);

  const idempotencyKey = randomUUID();
  const first = await update(videoId, quiz("Whose?"), { idempotencyKey });
  expect(await update(videoId, quiz("Whose?"), { idempotencyKey })).toEqual(first);
  expect(await editionsOf(videoId)).toHaveLength(2);
  await system.db.damage.create({
    data: { videoId, key: "k", code: "SEGMENT_MISSING", subject: "144p", foundAt: new Date() },
  });
  expect(await codeOf(repairVideo(system.operations, system.viewer, { videoId }))).toBe("VIDEO_BUSY");
});

test("a script's edition keeps scene, picture and seed unless it names others", async () => {
  const script = (radius: number) =>
    `from manim import *\nclass Lesson(Scene):\n    def construct(self):\n        self.add(Circle(${radius}))\n`;
  const manim = { script: script(1), scene: "Lesson", quality: "LOW", seed: 7 } as const;
  const { videoId } = await createVideo(system.operations, system.viewer, {
    title: "Lesson",
    source: { manim },
  });
  await draw(videoId, ["a", "b"], null);
  const correct = async (corrected: object) => {
    system.passTime(1);
    const source = { manim: { script: script(2), ...corrected } };
    const { editionId } = await updateVideoSource(system.operations, system.viewer, { videoId, source });
    const [message] = await system.takeMessages(await newestTask(videoId));
    const key = objectKeys.editionSource(videoId, editionId, "scene.py");
    expect(message).toMatchObject({ kind: "ANIMATION", inputs: { source: { kind: "object", key } } });
    return message?.params["animation"];
  };
  const published = { scene: "Lesson", width: 854, height: 480, frameRate: 15, seed: 7 };
  expect(await correct({})).toMatchObject(published);
  const chosen = { width: 1280, height: 720, frameRate: 30, seed: 0 };
  expect(await correct({ quality: "MEDIUM", seed: 0 })).toMatchObject({ ...published, ...chosen });
  await draw(videoId, ["c", "d"], null);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", edition: 3 });
});
