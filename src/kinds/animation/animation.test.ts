import { randomUUID } from "node:crypto";
import { type Offer, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { estimate, waits } from "../../jobs/index.ts";
import { workerRow } from "../../testing/fleet-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../../testing/projection.ts";
import { splitAttemptOf } from "../../testing/split-attempt.ts";
import { createVideo } from "../../videos/index.ts";
import { repairVideo, retryJob, retryVariant, setPoster } from "../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const script = "from manim import *\nclass Lesson(Scene): pass\n";
const drawn = {
  version: 1,
  scene: "Lesson",
  width: 1280,
  height: 720,
  frameRate: 30,
  renderer: "CAIRO",
  seed: 7,
};

async function createAnimation(): Promise<TaskRef> {
  const manim = { script, scene: "Lesson", quality: "MEDIUM", seed: 7 } as const;
  const input = { title: "lesson", source: { manim } };
  const { videoId } = await createVideo(system.operations, system.viewer, input);
  return taskOf(videoId);
}

async function taskOf(videoId: string, kind = "ANIMATION"): Promise<TaskRef> {
  const task = await system.db.task.findFirstOrThrow({
    where: { job: { videoId, kind } },
    orderBy: { job: { createdAt: "desc" } },
  });
  return { videoId, jobId: task.jobId, taskId: task.id };
}

/** Draws it, with the variant 360p as given. */
async function draw(ref: TaskRef, other: "READY" | "FAILED" = "READY") {
  const attempt = attemptOf(ref);
  const state = attempt.state("READY", other);
  await system.apply(attempt.started);
  await system.apply(other === "READY" ? attempt.completed(1, state) : attempt.failed(1, "REJECTED", state));
  const size = { durationMs: 8_000, width: 1280, height: 720 };
  await system.db.video.update({ where: { id: ref.videoId }, data: size });
  system.passTime(1);
  return attempt;
}

const videoOf = (id: string) =>
  system.db.video.findUniqueOrThrow({
    where: { id },
    include: { jobs: { orderBy: { createdAt: "asc" }, include: { tasks: true } }, variants: true },
  });

/** Kinds of all tasks that were planned for a video. */
const plannedFor = async (videoId: string) =>
  (await videoOf(videoId)).jobs.flatMap(({ kind, tasks }) => tasks.map((task) => `${kind} ${task.kind}`));

test("a script is drawn by one task, which settles the video", async () => {
  const ref = await createAnimation();
  expect(await videoOf(ref.videoId)).toMatchObject({
    status: "PROCESSING",
    jobs: [{ kind: "ANIMATION", status: "QUEUED", tasks: [{ kind: "ANIMATION", status: "QUEUED" }] }],
  });
  const [message] = await system.takeMessages(ref);
  const key = objectKeys.source(ref.videoId, "scene.py");
  expect(message).toMatchObject({
    kind: "ANIMATION",
    pool: "cpu",
    requirements: { version: 1, runtime: "manim", jail: "LIMITED" },
    params: { version: 1, animation: drawn, keep: { variants: [], audio: null }, storyboard: true },
    inputs: { source: { kind: "object", key } },
  });
  expect(message).not.toHaveProperty("part");
  expect(await system.stored(key)).toBe(script);
  await draw(ref);
  expect(await videoOf(ref.videoId)).toMatchObject({ status: "READY", jobs: [{ status: "SUCCEEDED" }] });
});

test("a job without a worker that has a painter, or a sufficient jail, says what to do", async () => {
  const { jobId } = await createAnimation();
  const { clock } = system.deps;
  const reasonWith = async (offer: Omit<Partial<Offer>, "pools">) => {
    await system.db.worker.deleteMany();
    await system.db.worker.create({ data: workerRow("w", { now: clock(), ...offer }) });
    const found = await waits(system.db, [jobId], { now: clock(), maxRunningTasks: null });
    return found.get(jobId);
  };
  expect(await reasonWith({})).toEqual({
    code: "NO_WORKER",
    reason:
      "Needs the runtime manim; the worker online offers ffmpeg. Run `npm run painters` on a worker's machine, then restart the worker.",
  });
  const kinds = [{ name: "ANIMATION", runtime: "manim", version: "0.22.0" }];
  const jail = { level: "NONE" as const, reason: "bwrap is not installed." };
  expect(await reasonWith({ kinds, jail })).toEqual({
    code: "NO_WORKER",
    reason:
      "Needs a worker with the jail level LIMITED; the strongest jail online is NONE. `npm run doctor` on a worker's machine shows why.",
  });
  await system.db.worker.deleteMany();
});

test("a script that misses TeX goes to a worker that has it and uses no try, and fails only once that one misses it, too", async () => {
  const tex = workerRow("tex", {
    now: system.deps.clock(),
    kinds: [{ name: "ANIMATION", runtime: "manim", version: "0.22.0", tools: ["tex"] }],
    jail: { level: "FULL", reason: null },
  });
  const failWithoutTex = async (ref: TaskRef) => {
    const attempt = attemptOf(ref);
    await system.apply(attempt.started);
    const error = { code: "TEX_MISSING", message: "MathTex needs TeX.", scope: "INPUT", retriable: false };
    await system.apply({ ...attempt.failed(1, "REJECTED"), error } as never);
    return await system.db.task.findUniqueOrThrow({ where: { id: ref.taskId } });
  };
  await system.db.worker.deleteMany();
  const alone = await failWithoutTex(await createAnimation());
  expect(alone).toMatchObject({ status: "FAILED", tries: 1 });

  const ref = await createAnimation();
  await system.db.worker.create({ data: { ...tex, lastSeenAt: system.deps.clock() } });
  const moved = await failWithoutTex(ref);
  expect(moved).toMatchObject({ status: "QUEUED", tries: 0, requirements: { tools: ["tex"] } });
  expect((await videoOf(ref.videoId)).status).toBe("PROCESSING");
  const again = await failWithoutTex(ref);
  expect(again).toMatchObject({ status: "FAILED", tries: 1 });
  await system.db.worker.deleteMany();
});

test("a retry draws the script again and keeps what is finished", async () => {
  const ref = await createAnimation();
  await draw(ref, "FAILED");
  await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  const again = await taskOf(ref.videoId);
  const [message] = await system.takeMessages(again);
  expect(message).toMatchObject({
    kind: "ANIMATION",
    params: { animation: drawn, keep: { variants: [{ name: "144p" }] } },
  });
  await draw(again, "FAILED");
  const { id: variantId } = await system.db.variant.findUniqueOrThrow({
    where: { videoId_name: { videoId: ref.videoId, name: "360p" } },
  });
  await retryVariant(system.operations, system.viewer, { variantId });
  const [only] = await system.takeMessages(await taskOf(ref.videoId));
  expect(only).toMatchObject({ kind: "ANIMATION", params: { animation: drawn, only: ["360p"] } });
  expect(await plannedFor(ref.videoId)).toEqual(Array.from({ length: 3 }, () => "ANIMATION ANIMATION"));
});

const sha256 = "d".repeat(64);
const frames = { painter: "manim 0.22.0", lastAnimation: 3, startFrame: 0, frames: 120, sha256 };
const drawnChunk = { ...frames, firstFrame: "0".repeat(16), animations: ["1".repeat(16)] };

/** An attempt that makes the first chunk of both variants and then fails for good. */
async function drawFirstChunk(ref: TaskRef) {
  const attempt = splitAttemptOf(ref);
  const chunk = (name: string) => {
    const part = attempt.part(name, 0, 4_000, [1_000, 1_000, 2_000]);
    return Object.assign(part, { drawn: drawnChunk, recipe: sha256 });
  };
  const made = [chunk("144p"), chunk("360p")];
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.head(made, false)));
  await system.apply(attempt.failed(2, "REJECTED"));
  system.passTime(1);
  return made;
}

test("a retry gets the finished chunks, which are void if it draws something else", async () => {
  const ref = await createAnimation();
  const made = await drawFirstChunk(ref);
  await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  const again = await taskOf(ref.videoId);
  const [message] = await system.takeMessages(again);
  expect(message?.params).toMatchObject({ keep: { parts: made } });

  const attempt = splitAttemptOf(again);
  const redrawn = {
    ...attempt.head([attempt.part("144p", 0, 4_000, [1_000], false)], false),
    isRedrawn: true,
  };
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, redrawn));
  const parts = await system.db.part.findMany({ where: { videoId: ref.videoId } });
  expect(parts.map(({ rendition, attemptId }) => [rendition, attemptId])).toEqual([
    ["144p", attempt.attemptId],
  ]);
});

test("finished chunks are known to later animations of the workspace with the same settings", async () => {
  const origin = await createAnimation();
  const made = await drawFirstChunk(origin);
  const knownTo = async (ref: TaskRef) => (await system.takeMessages(ref))[0]?.params["known"];
  expect(await knownTo(await createAnimation())).toMatchObject(made);
  const manim = { script, scene: "Lesson", quality: "LOW", seed: 7 } as const;
  const { videoId } = await createVideo(system.operations, system.viewer, {
    title: "small",
    source: { manim },
  });
  expect(await knownTo(await taskOf(videoId))).toBeUndefined();
  const { id: workspaceId } = await system.db.workspace.create({ data: { name: randomUUID() } });
  await system.db.video.update({ where: { id: origin.videoId }, data: { workspaceId } });
  expect(await knownTo(await createAnimation())).not.toMatchObject(made);
});

test("a repair draws the script again, and a poster comes from a variant: a script is never transcoded", async () => {
  const ref = await createAnimation();
  const { attemptId } = await draw(ref);
  const { videoId } = ref;
  const key = objectKeys.attemptFile(videoId, attemptId, "360p", "init.mp4");
  await system.db.damage.create({
    data: { videoId, key, subject: "360p", code: "SEGMENT_MISSING", foundAt: system.deps.clock() },
  });
  await repairVideo(system.operations, system.viewer, { videoId });
  const repair = await taskOf(videoId, "REPAIR");
  const [message] = await system.takeMessages(repair);
  expect(message).toMatchObject({
    kind: "ANIMATION",
    requirements: { runtime: "manim" },
    params: { animation: drawn, only: ["360p"], keep: { variants: [{ name: "144p" }] } },
  });
  expect(message?.params).not.toHaveProperty("storyboard");
  await setPoster(system.operations, system.viewer, { videoId, atMs: 2_000 });
  const poster = await taskOf(videoId, "POSTER");
  expect(await system.db.job.findUniqueOrThrow({ where: { id: poster.jobId } })).toMatchObject({
    status: "PENDING",
    dependsOnId: repair.jobId,
  });

  const attempt = attemptOf(repair);
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1));
  const [still] = await system.takeMessages(poster);
  expect(still).toMatchObject({ kind: "POSTER", params: { atMs: 2_000, fromVariants: true } });
  expect(await plannedFor(videoId)).toEqual(["ANIMATION ANIMATION", "REPAIR ANIMATION", "POSTER POSTER"]);
});

test("a script whose video is not written leaves nothing in the store", async () => {
  const externalId = randomUUID();
  const create = () =>
    createVideo(system.operations, system.viewer, {
      title: "twice",
      externalId,
      source: { manim: { script } },
    });
  const { videoId } = await create();
  await expect(create()).rejects.toThrow(expect.objectContaining({ code: "EXTERNAL_ID_TAKEN" }));
  const stored = await Array.fromAsync(system.store.list("videos/"));
  const scripts = stored.filter(({ key }) => key.endsWith("scene.py")).map(({ key }) => key);
  const known = await system.db.source.findMany({ where: { kind: "MANIM" }, select: { objectKey: true } });
  expect(scripts.toSorted()).toEqual(known.map(({ objectKey }) => objectKey).toSorted());
  expect(scripts).toContain(objectKeys.source(videoId, "scene.py"));
});

test("the estimate of an animation is based on other animations, not on transcodes", async () => {
  await system.clear();
  const finish = async (ref: TaskRef, tookMs: number) => {
    const attempt = attemptOf(ref);
    await system.apply(attempt.started);
    system.passTime(tookMs);
    await system.apply(attempt.completed(1));
  };
  await finish(await system.createQueuedVideo(), 5_000);
  const estimateOf = async ({ jobId }: TaskRef) =>
    (await estimate(system.db, [jobId], system.deps.clock())).get(jobId);
  await system.db.worker.create({ data: workerRow("w", { now: system.deps.clock() }) });
  const first = await createAnimation();
  expect(await estimateOf(first)).toBeNull();
  await finish(first, 60_000);
  await system.db.worker.updateMany({ data: { lastSeenAt: system.deps.clock() } });
  expect(await estimateOf(await createAnimation())).toBe(60_000);
});
