import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { retryJob } from "../kinds/retry-job.ts";
import { createProjection, type TaskRef } from "../testing/projection.ts";
import { splitAttemptOf } from "../testing/split-attempt.ts";
import { beginEarly, readEarlySize } from "../videos/begin-early.ts";
import { failUpload, uploadTerminated } from "../videos/fail-upload.ts";
import { createVideo, receiveSource } from "../videos/index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

async function createArriving(): Promise<TaskRef> {
  const source = { upload: { filename: "clip.mp4", sizeBytes: 5_000_000 } };
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "clip", source });
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  return { videoId, jobId: task.jobId, taskId: task.id };
}

async function read({ videoId, taskId }: TaskRef) {
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { jobs: true, source: true },
  });
  const task = await system.db.task.findUniqueOrThrow({ where: { id: taskId }, include: { attempts: true } });
  return {
    video: video.status,
    job: video.jobs[0]?.status,
    task: task.status,
    tries: task.tries,
    outcomes: task.attempts.map(({ outcome }) => outcome),
  };
}

/** Its head while the source arrives: nothing is said of that, nor of what comes after. */
const early = (attempt: ReturnType<typeof splitAttemptOf>, isWhole = true) => ({
  ...attempt.head(
    ["144p", "360p", "audio"].map((name) =>
      isWhole
        ? attempt.part(name, 0, 8_000, [1_000, 1_000, 2_000, 4_000])
        : attempt.part(name, 0, 8_000, [1_000], false),
    ),
    false,
  ),
  source: null,
});

async function beginAndTake(ref: TaskRef) {
  expect(await beginEarly(system.deps, ref.videoId)).toBe(true);
  const messages = await system.takeMessages(ref);
  expect(messages).toHaveLength(1);
  return { attempt: splitAttemptOf(ref), message: messages[0] };
}

test("the head of an arriving source plays, and its task waits for the rest, keeps the head and uses no try", async () => {
  const ref = await createArriving();
  const { attempt, message } = await beginAndTake(ref);
  expect(message?.source).toMatchObject({ arriving: { uploadId: ref.videoId, sizeBytes: 5_000_000 } });
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, early(attempt, false)));
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", job: "RUNNING" });
  await system.apply(attempt.stopped(2, "INTERRUPTED", early(attempt)));
  expect(await read(ref)).toEqual({
    ...{ video: "PLAYABLE", job: "PENDING", task: "PENDING", tries: 0 },
    outcomes: ["INTERRUPTED"],
  });
  // More bytes arrive, and nothing starts again.
  expect(await readEarlySize(system.db, ref.videoId)).toBe(null);
  expect(await beginEarly(system.deps, ref.videoId)).toBe(false);
  expect(await system.takeMessages(ref)).toEqual([]);

  await receiveSource(system.deps, ref.videoId);
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", job: "QUEUED" });
  const [again] = await system.takeMessages(ref);
  expect(again?.source).not.toHaveProperty("arriving");
  expect(again?.keep.parts?.map(({ rendition }) => rendition).toSorted()).toEqual(["144p", "360p", "audio"]);
  expect(again?.ladder?.map(({ name }) => name)).toEqual(["144p", "360p"]);

  const second = splitAttemptOf(ref, "worker-2");
  await system.apply(second.started);
  await system.apply(second.completed(1, second.head(again?.keep.parts ?? [])));
  const tasks = await system.db.task.findMany({ where: { jobId: ref.jobId } });
  expect(new Set(tasks.map(({ kind }) => kind))).toEqual(new Set(["RENDER", "AUDIO", "CHUNK"]));
  const head = await system.db.part.findFirstOrThrow({
    where: { videoId: ref.videoId, rendition: "144p", startMs: 0 },
  });
  expect(head.attemptId).toBe(attempt.attemptId);
});

test("a task continues immediately if the upload ends while its head is rendered", async () => {
  const ref = await createArriving();
  const { attempt } = await beginAndTake(ref);
  await system.apply(attempt.started);
  await receiveSource(system.deps, ref.videoId);
  expect(await read(ref)).toMatchObject({ video: "PROCESSING", job: "RUNNING" });
  await system.apply(attempt.stopped(1, "INTERRUPTED", early(attempt)));
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", job: "QUEUED", tries: 0 });
  expect((await system.takeMessages(ref))[0]?.keep.parts).toHaveLength(3);
});

test("an upload that ends before a worker starts its head is rendered as usual", async () => {
  const ref = await createArriving();
  await beginEarly(system.deps, ref.videoId);
  await receiveSource(system.deps, ref.videoId);
  const [message] = await system.takeMessages(ref);
  expect(message?.source).not.toHaveProperty("arriving");
  expect(message?.keep).not.toHaveProperty("parts");
});

test("a failure on the first bytes of a source does not fail the whole source", async () => {
  const ref = await createArriving();
  const { attempt } = await beginAndTake(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "FAILED"));
  expect(await read(ref)).toEqual({
    ...{ video: "AWAITING_SOURCE", job: "PENDING", task: "PENDING", tries: 0 },
    outcomes: ["FAILED"],
  });
  expect(await beginEarly(system.deps, ref.videoId)).toBe(false);
  await receiveSource(system.deps, ref.videoId);
  expect(await system.takeMessages(ref)).toHaveLength(1);
});

test("a head whose worker is lost or stops is given to another worker", async () => {
  const ref = await createArriving();
  const { attempt } = await beginAndTake(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.stopped(1, "INTERRUPTED", early(attempt, false)));
  expect((await system.takeMessages(ref))[0]?.source).toHaveProperty("arriving");
  const second = splitAttemptOf(ref, "worker-2");
  await system.apply(second.started);
  system.passTime(60_000);
  await system.sweep();
  expect(await read(ref)).toMatchObject({ job: "QUEUED", outcomes: ["INTERRUPTED", "LOST"] });
  expect((await system.takeMessages(ref))[0]?.source).toHaveProperty("arriving");
});

test("terminating an upload removes its playable output and stops its worker", async () => {
  const ref = await createArriving();
  const { attempt } = await beginAndTake(ref);
  await system.apply(attempt.started);
  const stored = attempt.part("144p", 0, 8_000, [1_000]).initKey;
  await system.store.put(stored, "init");
  await system.apply(attempt.advanced(1, early(attempt)));
  await system.relay();
  await failUpload(system.operations, ref.videoId, uploadTerminated);
  expect(await read(ref)).toMatchObject({ video: "FAILED", job: "FAILED", outcomes: ["CANCELED"] });
  expect(await system.relay()).toMatchObject([{ type: "task.cancel-requested.v1", reason: "CANCELED" }]);
  expect(await system.db.part.count()).toBe(0);
  for (const key of [stored, `videos/${ref.videoId}/variants/144p/index.m3u8`])
    expect(await system.stored(key)).toBe(null);
  await expect(retryJob(system.operations, system.viewer, { jobId: ref.jobId })).rejects.toMatchObject({
    code: "UPLOAD_EXPIRED",
  });
  // Repeated by a sweep.
  await failUpload(system.operations, ref.videoId, uploadTerminated);
  expect(await read(ref)).toMatchObject({ video: "FAILED" });
});
