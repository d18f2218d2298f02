import { randomUUID } from "node:crypto";
import { CompositionSettings, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeCaptions, setCaptions } from "../../captions/index.ts";
import { dispatch } from "../../dispatcher/index.ts";
import { keepSettings } from "../../editions/keep-settings.ts";
import { encodeGlobalId } from "../../inputs/index.ts";
import { cancelJob, waits } from "../../jobs/index.ts";
import { createMaterial, deleteMaterial, receiveMaterial } from "../../materials/index.ts";
import { workerRow } from "../../testing/fleet-rows.ts";
import { createProjection, type TaskRef } from "../../testing/projection.ts";
import { splitAttemptOf } from "../../testing/split-attempt.ts";
import { createVideo } from "../../videos/index.ts";
import { retryJob } from "../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const options = ["Jupiter", "Saturn", "Neptune", "Earth"];
const question = (text: string) => ({ question: text, options, answerIndex: 0 });
const quiz = (...texts: string[]) => ({ questions: texts.map(question) });

const create = (template: object = {}, more: object = {}) =>
  createVideo(system.operations, system.viewer, {
    ...{ title: "Quiz", ...more },
    source: { template: { template: "quiz-classic", data: quiz("Which is the largest?"), ...template } },
  });

async function taskOf(videoId: string): Promise<TaskRef> {
  const task = await system.db.task.findFirstOrThrow({
    where: { job: { videoId } },
    orderBy: { job: { createdAt: "desc" } },
  });
  return { videoId, jobId: task.jobId, taskId: task.id };
}

test("data becomes a task for a worker that draws templates, with the template's defaults", async () => {
  const { videoId } = await create({ height: 360, voice: { name: "slt", rate: 1.2 } });
  const ref = await taskOf(videoId);
  const [message] = await system.takeMessages(ref);
  const key = objectKeys.source(videoId, "data.json");
  expect(message).toMatchObject({
    kind: "COMPOSITION",
    requirements: { version: 1, runtime: "template", jail: "LIMITED" },
    params: {
      ...{ version: 1, keep: { variants: [], audio: null }, storyboard: true },
      speechPrefix: objectKeys.speech(system.viewer.workspaceId),
      chunksPrefix: objectKeys.chunks(system.viewer.workspaceId),
      composition: {
        template: { name: "quiz-classic", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        ...{ width: 640, height: 360, frameRate: 30, language: "en", voice: { name: "slt", rate: 1.2 } },
      },
    },
    inputs: { source: { kind: "object", key } },
  });
  expect(JSON.parse((await system.stored(key)) ?? "")).toMatchObject({
    ...quiz("Which is the largest?"),
    timerSeconds: 5,
  });
});

test("a job without a worker that draws templates says what is missing", async () => {
  const { jobId } = await taskOf((await create()).videoId);
  const now = system.deps.clock();
  await system.db.worker.deleteMany();
  await system.db.worker.create({ data: workerRow("w", { now }) });
  const found = await waits(system.db, [jobId], { now, maxRunningTasks: null });
  expect(found.get(jobId)).toEqual({
    code: "NO_WORKER",
    reason:
      "Needs the runtime template; the worker online offers ffmpeg. Run `npm run doctor` on a worker's machine, and workers of this release.",
  });
  await system.db.worker.deleteMany();
});

test("a voice that no worker has is refused with the list, unless a worker has too many to list", async () => {
  const now = system.deps.clock();
  const voices = [{ id: "slt", name: "Slt, female", language: "en-US", engine: "flite" }];
  const toRow = (id: string, offered: typeof voices | null) => workerRow(id, { now, voices: offered });
  await system.db.worker.createMany({
    data: [toRow("w", voices), toRow("x", voices), workerRow("y", { now })],
  });
  await create({ voice: { name: "slt" } });
  await expect(create({ voice: { name: "amy" } })).rejects.toMatchObject({
    code: "VOICE_UNAVAILABLE",
    message: 'source.template.voice: no worker has the voice "amy". Use slt (en-US), or "NONE".',
  });
  await system.db.worker.create({ data: toRow("z", null) });
  await create({ voice: { name: "amy" } });
  await system.db.worker.deleteMany();
});

test("a task that names a voice waits for a worker that has it, in editions and retries, too", async () => {
  const now = system.deps.clock();
  const offered = (id: string) => [{ id, name: id, language: "en-US", engine: "flite" }];
  const runtime = { name: "COMPOSITION", runtime: "template", version: "1" };
  const toRow = (id: string, voices: ReturnType<typeof offered> | null) =>
    workerRow(id, { now, voices, slots: 1_000, kinds: [runtime] });
  await system.db.worker.createMany({ data: [toRow("w", offered("slt")), toRow("x", offered("amy"))] });
  const { videoId } = await create({ voice: { name: "amy" } });
  const { jobId, taskId } = await taskOf(videoId);
  await system.db.worker.delete({ where: { id: "x" } });
  const reasonOf = async () =>
    (await waits(system.db, [jobId], { now, maxRunningTasks: null })).get(jobId)?.reason;
  expect(await reasonOf()).toBe(
    "Needs the voice amy; the worker online offers slt. Start a worker that has it (SPEECH), or correct the video's voice.",
  );
  const isDispatched = async () => {
    await dispatch({ ...system.deps, maxRunningTasks: null, split: { wholeUpToMs: 30_000 } });
    return (await system.db.task.findUniqueOrThrow({ where: { id: taskId } })).dispatchedAt !== null;
  };
  expect(await isDispatched()).toBe(false);
  // It has too many voices to list.
  await system.db.worker.create({ data: toRow("y", null) });
  expect(await reasonOf()).not.toContain("Needs");
  expect(await isDispatched()).toBe(true);

  await cancelJob(system.operations, system.viewer, { jobId });
  await retryJob(system.operations, system.viewer, { jobId });
  const retried = await system.db.task.findUniqueOrThrow({ where: { id: (await taskOf(videoId)).taskId } });
  expect(retried.requirements).toMatchObject({ runtime: "template", voice: "amy" });
  await system.db.worker.deleteMany();
});

test("no voice speaks with NONE, and the default is the first voice of the language", async () => {
  const settingsOf = async ({ videoId }: { videoId: string }) =>
    CompositionSettings.parse((await system.db.source.findUniqueOrThrow({ where: { videoId } })).params);
  expect((await settingsOf(await create({ voice: { name: "NONE" } }))).voice).toBeNull();
  expect((await settingsOf(await create())).voice).toEqual({ name: null, rate: 1 });
});

test("data that does not fit its template is refused with every place, and nothing is written", async () => {
  const before = await system.db.video.count();
  const data = { questions: [question(""), { ...question("Which?"), answerIndex: "A" }] };
  const refused = await create({ data }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "DATA_INVALID",
    issues: [
      { path: "/questions/0/question", code: "DATA_INVALID", message: expect.stringContaining("at least 1") },
      { path: "/questions/1/answerIndex", code: "DATA_INVALID", message: expect.stringContaining("integer") },
    ],
  });
  const codeOf = (template: object) => create(template).catch((error: { code: string }) => error.code);
  expect([
    await codeOf({ template: "quiz-clasic" }),
    await codeOf({ version: 99 }),
    await codeOf({ voice: { rate: 9 } }),
    await codeOf({ height: 9 }),
    await codeOf({ data: { questions: [{ text: "x".repeat(600_000) }] } }),
    await codeOf({ data: Array.from({ length: 40 }).reduce((inner) => ({ inner }), {}) }),
    await codeOf({ music: "nothing" }),
  ]).toEqual([
    ...["TEMPLATE_NOT_FOUND", "TEMPLATE_NOT_FOUND", "VOICE_INVALID", "PICTURE_INVALID"],
    ...["DATA_TOO_LARGE", "DATA_TOO_DEEP", "MATERIAL_NOT_FOUND"],
  ]);
  expect(await system.db.video.count()).toBe(before);
});

test("a repeat with the idempotency key makes no second video", async () => {
  const idempotencyKey = randomUUID();
  const { videoId } = await create({}, { idempotencyKey });
  expect(await create({}, { idempotencyKey })).toEqual({ videoId });
});

const sha256 = "d".repeat(64);
const frames = { painter: "template 2.16.3", lastAnimation: 3, startFrame: 0, frames: 120, sha256 };
const drawn = { ...frames, firstFrame: "0".repeat(16), animations: ["1".repeat(16)] };

/** An attempt that makes the first chunk, writes captions, and then fails for good. */
async function drawFirstChunk(ref: TaskRef, vtt?: string) {
  const attempt = splitAttemptOf(ref);
  const part = Object.assign(attempt.part("144p", 0, 4_000, [1_000, 1_000, 2_000]), {
    drawn,
    recipe: sha256,
  });
  const key = objectKeys.attemptCaptions(ref.videoId, attempt.attemptId);
  if (vtt !== undefined) await system.store.put(key, vtt);
  const captions = vtt === undefined ? {} : { captions: { key, language: "en" } };
  const state = () => ({ ...attempt.head([part], false), ...captions });
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, state()));
  return {
    made: [part],
    again: () => system.apply(attempt.advanced(2, state())),
    fail: () => system.apply(attempt.failed(3, "REJECTED")),
  };
}

test("a retry continues after the finished chunks, and later videos with the same look know them", async () => {
  const { videoId } = await create();
  const ref = await taskOf(videoId);
  const { made, fail } = await drawFirstChunk(ref);
  await fail();
  system.passTime(1);
  await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  const [again] = await system.takeMessages(await taskOf(videoId));
  expect(again?.params).toMatchObject({ keep: { parts: made } });
  const other = await create({ data: quiz("Another?"), voice: { name: "NONE" } });
  const [message] = await system.takeMessages(await taskOf(other.videoId));
  expect(message?.params["known"]).toMatchObject(made);
});

const vtt = (text: string) => `WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n${text}\n`;
const tracksOf = (videoId: string) =>
  system.db.captionTrack.findMany({ where: { videoId }, orderBy: { kind: "asc" } });

test("a worker's captions become a track, which its owner can replace and remove", async () => {
  const { videoId } = await create();
  const ref = await taskOf(videoId);
  const first = await drawFirstChunk(ref, vtt("Which is the largest?"));
  const [track] = await tracksOf(videoId);
  expect(track).toMatchObject({ language: "en", kind: "SUBTITLES", label: "English", cues: 1 });
  expect(await system.stored(track?.key ?? "")).toContain("Which is the largest?");
  await removeCaptions(system.operations, system.viewer, { captionTrackId: track?.id ?? "" });
  await first.again();
  expect(await tracksOf(videoId)).toEqual([]);
  await first.fail();
  system.passTime(1);

  const retried = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  expect(retried).toBeDefined();
  const own = {
    videoId,
    language: "en",
    kind: "SUBTITLES",
    isDefault: false,
    content: vtt("My own."),
  } as const;
  await setCaptions(system.operations, system.viewer, own);
  await drawFirstChunk(await taskOf(videoId), vtt("Which is the largest?"));
  const [kept, ...others] = await tracksOf(videoId);
  expect(others).toEqual([]);
  expect(await system.stored(kept?.key ?? "")).toContain("My own.");
});

/** A material whose upload is complete. */
async function addMaterial(filename: string, bytes: string): Promise<string> {
  const { operations, viewer, store } = system;
  const upload = { filename, sizeBytes: bytes.length };
  const { materialId } = await createMaterial(operations, viewer, { upload });
  await store.put(objectKeys.materialFile(materialId, filename), Buffer.from(bytes, "latin1"));
  await receiveMaterial(operations, materialId);
  return materialId;
}
const idOf = (materialId: string) => encodeGlobalId("Material", materialId);

test("a video is a template's background, is kept by the video and its editions, and is nothing else", async () => {
  const clip = await addMaterial("sea.mp4", "\0\0\0\x1cftypisom and frames");
  const font = await addMaterial("a.otf", "OTTO font");
  const codeOf = (template: object) =>
    create(template).then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    );
  expect([
    await codeOf({ background: { material: idOf(font) } }),
    await codeOf({ background: { material: "nothing" } }),
    await codeOf({ materials: [idOf(clip)] }),
    await codeOf({ music: idOf(clip) }),
    await codeOf({
      template: "quote",
      data: { quotes: [{ quote: "Be quick." }] },
      background: { material: idOf(clip) },
    }),
  ]).toEqual([
    ...["BACKGROUND_INVALID", "MATERIAL_NOT_FOUND", "MATERIAL_KIND_INVALID", "MATERIAL_KIND_INVALID"],
    "BACKGROUND_UNSUPPORTED",
  ]);
  const { videoId } = await create({ background: { material: idOf(clip) } });
  const { params } = await system.db.source.findUniqueOrThrow({ where: { videoId } });
  const settings = CompositionSettings.parse(params);
  expect(settings.background).toMatchObject({ origin: "MATERIAL", materialId: clip, filename: "sea.mp4" });
  const next = keepSettings(
    { kind: "TEMPLATE", params },
    { template: { template: "quiz-classic", data: quiz("Which is the smallest?") } },
  );
  expect(next.template?.background).toEqual({ material: idOf(clip) });
  await expect(deleteMaterial(system.operations, system.viewer, { materialId: clip })).rejects.toMatchObject({
    code: "MATERIAL_IN_USE",
  });
});

test("what is named as a video and is none fails, and videos may be larger than other materials", async () => {
  const picture = await addMaterial("sea.mp4", "GIF89a");
  expect(await system.db.material.findUnique({ where: { id: picture } })).toMatchObject({
    ...{ status: "FAILED", error: { code: "MATERIAL_NOT_A_VIDEO" } },
  });
  const sizeBytes = system.operations.limits.materialBytes + 1;
  const ask = (filename: string) =>
    createMaterial(system.operations, system.viewer, { upload: { filename, sizeBytes } });
  await expect(ask("sea.png")).rejects.toMatchObject({ code: "UPLOAD_TOO_LARGE" });
  await ask("sea.webm");
});
