import { afterAll, beforeAll, expect, test } from "vitest";
import { retryJob } from "../kinds/index.ts";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";
import { createVideo, receiveSource } from "../videos/index.ts";
import { cancelJob } from "./index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const cancel = ({ jobId }: { jobId: string }) => cancelJob(system.operations, system.viewer, { jobId });
const read = async ({ videoId }: Pick<TaskRef, "videoId">) => {
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: { orderBy: { position: "asc" } }, jobs: { orderBy: { createdAt: "asc" } } },
  });
  return {
    video: video.status,
    variants: video.variants.map(({ status }) => status),
    jobs: video.jobs.map(({ status }) => status),
  };
};
const outcomesOf = async ({ taskId }: TaskRef) => {
  const attempts = await system.db.attempt.findMany({ where: { taskId }, orderBy: { number: "asc" } });
  return attempts.map(({ outcome }) => outcome);
};
const stopsOf = async ({ taskId }: TaskRef) => {
  const rows = await system.db.outboxMessage.findMany();
  const messages = rows.map(({ data }) => JSON.parse(Buffer.from(data).toString()));
  return messages.filter((message) => message.taskId === taskId && message.reason === "CANCELED").length;
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { code?: string }).code,
  );

test("a job whose source is still uploading is canceled immediately, and the completed upload starts nothing", async () => {
  const source = { upload: { filename: "clip.mp4", sizeBytes: 10 } };
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "clip", source });
  const { id: jobId } = await system.db.job.findFirstOrThrow({ where: { videoId } });
  await cancel({ jobId });
  expect(await read({ videoId })).toEqual({ video: "FAILED", variants: [], jobs: ["CANCELED"] });
  await receiveSource(system.operations, videoId);
  expect(await read({ videoId })).toEqual({ video: "FAILED", variants: [], jobs: ["CANCELED"] });
  await retryJob(system.operations, system.viewer, { jobId });
  expect(await read({ videoId })).toEqual({
    video: "PROCESSING",
    variants: [],
    jobs: ["CANCELED", "QUEUED"],
  });
});

test("a job that is canceled and retried before its upload completes waits for the upload again", async () => {
  const source = { upload: { filename: "clip.mp4", sizeBytes: 10 } };
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "clip", source });
  const { id: jobId } = await system.db.job.findFirstOrThrow({ where: { videoId } });
  await cancel({ jobId });
  system.passTime(1);
  await retryJob(system.operations, system.viewer, { jobId });
  expect(await read({ videoId })).toMatchObject({ video: "AWAITING_SOURCE", jobs: ["CANCELED", "PENDING"] });
  await receiveSource(system.operations, videoId);
  expect(await read({ videoId })).toMatchObject({ video: "PROCESSING", jobs: ["CANCELED", "QUEUED"] });
});

test("a job whose message is in transit is canceled immediately, and the worker that receives it is asked to stop", async () => {
  const ref = await system.createQueuedVideo();
  await system.db.task.update({
    where: { id: ref.taskId },
    data: { dispatchedAt: new Date(), publishedAt: new Date() },
  });
  await cancel(ref);
  expect(await read(ref)).toMatchObject({ jobs: ["CANCELED"] });
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  expect(system.published.at(-1)).toMatchObject({
    type: "task.cancel-requested.v1",
    attemptId: attempt.attemptId,
  });
  await system.apply(attempt.completed(1));
  expect(await read(ref)).toEqual({ video: "FAILED", variants: [], jobs: ["CANCELED"] });
  expect(await outcomesOf(ref)).toEqual([]);
});

test("a canceled job with some ready variants leaves the video READY with those", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.state("READY", "RENDERING")));
  await cancel(ref);
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", jobs: ["RUNNING"] });
  await system.apply(attempt.stopped(2, "CANCELED", attempt.state("READY", "CANCELED")));
  expect(await read(ref)).toEqual({ video: "READY", variants: ["READY", "CANCELED"], jobs: ["CANCELED"] });
  expect(await outcomesOf(ref)).toEqual(["CANCELED"]);
  expect(await codeOf(cancel(ref))).toBe("none");
});

test("a repeated cancel request is sent again without changing its time or its deadline", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await cancel(ref);
  const { cancelRequestedAt } = await system.db.job.findUniqueOrThrow({ where: { id: ref.jobId } });
  system.passTime(1_000);
  await Promise.all([cancel(ref), cancel(ref)]);
  expect(await system.db.job.findUniqueOrThrow({ where: { id: ref.jobId } })).toMatchObject({
    cancelRequestedAt,
  });
  expect(await stopsOf(ref)).toBe(3);
});

test("a worker that cannot reach the broker loses the job to the sweeper, and its late output changes nothing", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.state("RENDERING")));
  await cancel(ref);
  system.passTime(14_000);
  await system.sweep();
  expect(await read(ref)).toMatchObject({ jobs: ["RUNNING"] });
  system.passTime(2_000);
  await system.sweep();
  const after = { video: "FAILED", variants: ["CANCELED", "CANCELED"], jobs: ["CANCELED"] };
  expect(await read(ref)).toEqual(after);
  await system.apply(attempt.completed(2));
  expect(await read(ref)).toEqual(after);
  expect(await outcomesOf(ref)).toEqual(["CANCELED"]);
});

test("a job that completes before its worker receives the cancellation keeps its output", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await cancel(ref);
  await system.apply(attempt.completed(1));
  expect(await read(ref)).toEqual({ video: "READY", variants: ["READY", "READY"], jobs: ["SUCCEEDED"] });
  expect(await codeOf(cancel(ref))).toBe("JOB_ENDED");
});

test("a failed job cannot be canceled", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "REJECTED"));
  expect(await codeOf(cancel(ref))).toBe("JOB_ENDED");
});
