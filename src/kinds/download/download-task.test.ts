import type { Download, RenderState } from "@reelay/contracts";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { assetsOf } from "../../database/index.ts";
import { cancelJob } from "../../jobs/index.ts";
import { attemptOf, createProjection, type TaskRef } from "../../testing/projection.ts";
import { splitAttemptOf, withParams } from "../../testing/split-attempt.ts";
import { retryJob } from "../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

const read = async ({ videoId, jobId }: TaskRef) => {
  const { status, assets, variants } = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: { orderBy: { position: "asc" } }, assets: true },
  });
  const job = await system.db.job.findUniqueOrThrow({ where: { id: jobId } });
  const { download } = assetsOf({ assets });
  return { video: status, variants: variants.map((variant) => variant.status), job: job.status, download };
};
const tasksOf = (jobId: string) =>
  system.db.task.findMany({ where: { jobId }, orderBy: { createdAt: "asc" } });
const downloadOf = async (ref: TaskRef, jobId = ref.jobId): Promise<TaskRef> => {
  const { id } = await system.db.task.findFirstOrThrow({ where: { jobId, kind: "DOWNLOAD" } });
  return { ...ref, jobId, taskId: id };
};

/** The report of a worker that has built the MP4. */
function withDownload({ videoId }: TaskRef, attemptId: string): RenderState & { download: Download } {
  const key = objectKeys.attemptFile(videoId, attemptId, "download", "video.mp4");
  const nothing = { source: null, variants: [], audio: null, posterKey: null };
  return { ...nothing, download: { key, variant: "360p", sizeBytes: 9_000_000 } };
}

/** A long video of which all is made that plays. */
async function playedVideo(): Promise<TaskRef> {
  const ref = await system.createQueuedVideo({ profile: "download" });
  await system.apply(splitAttemptOf(ref, "w1").seen);
  const head = splitAttemptOf(ref, "w0");
  await system.apply(head.started);
  await system.apply(head.completed(1, head.wholeHead()));
  const rest = (await tasksOf(ref.jobId)).filter(({ isRest }) => isRest);
  expect(new Set(rest.map(({ kind }) => kind))).toEqual(new Set(["CHUNK", "AUDIO"]));
  for (const { id, kind, startMs, endMs, renditions } of rest.map(withParams)) {
    const attempt = splitAttemptOf({ ...ref, taskId: id }, "w1");
    const durations = Array.from({ length: ((endMs ?? 72_000) - startMs) / 4_000 }, () => 4_000);
    const names = kind === "AUDIO" ? ["audio"] : renditions;
    const parts = names.map((name) => attempt.part(name, startMs, endMs, durations));
    await system.apply(attempt.started);
    await system.apply(attempt.completed(1, attempt.rest(...parts)));
  }
  return ref;
}

const played = { video: "PLAYABLE", variants: ["READY", "READY"], download: null };

test("a long video with a download is split, and its last task builds the download from the other tasks' output", async () => {
  const ref = await playedVideo();
  expect(await read(ref)).toEqual({ ...played, job: "RUNNING" });
  const task = await downloadOf(ref);
  const [message] = await system.takeMessages(task);
  expect(message).toMatchObject({ kind: "DOWNLOAD" });
  expect(message).not.toHaveProperty("ladder");
  expect(message?.keep.variants.map(({ name, playlist }) => [name, playlist?.key])).toEqual(
    ["144p", "360p"].map((name) => [name, objectKeys.joinedPlaylist(ref.videoId, name)]),
  );
  expect(message?.keep.audio?.playlist?.isComplete).toBe(true);

  const attempt = attemptOf(task);
  const made = withDownload(ref, attempt.attemptId);
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, made));
  expect(await read(ref)).toEqual({
    ...played,
    video: "READY",
    job: "SUCCEEDED",
    download: { version: 1, ...made.download },
  });
  // Redelivery changes nothing.
  await system.apply(attempt.completed(1, made));
  expect(await system.db.task.count({ where: { jobId: ref.jobId, kind: "DOWNLOAD" } })).toBe(1);
});

test("a lost download is retried alone; a final failure removes no playable output, and a retry creates only it", async () => {
  const ref = await playedVideo();
  const task = await downloadOf(ref);
  const lost = attemptOf(task);
  await system.apply(lost.started);
  system.passTime(60_000);
  await system.sweep();
  expect(await read(ref)).toEqual({ ...played, job: "RUNNING" });
  expect(await system.takeMessages(task)).toHaveLength(1);

  const broken = attemptOf(task);
  await system.apply(broken.started);
  await system.apply(broken.failed(1, "REJECTED", broken.state("READY")));
  expect(await read(ref)).toEqual({ ...played, video: "READY", job: "FAILED" });

  const { jobId } = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  expect((await tasksOf(jobId)).map(({ kind, status }) => [kind, status])).toEqual([["DOWNLOAD", "QUEUED"]]);
  expect(await read({ ...ref, jobId })).toEqual({ ...played, job: "QUEUED" });
  const again = await downloadOf(ref, jobId);
  const attempt = attemptOf(again);
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, withDownload(ref, attempt.attemptId)));
  expect(await read({ ...ref, jobId })).toMatchObject({ video: "READY", job: "SUCCEEDED" });
  await expect(retryJob(system.operations, system.viewer, { jobId: ref.jobId })).rejects.toMatchObject({
    code: "NOTHING_TO_RETRY",
  });
});

test("canceling ends the job without its download, and the video stays playable", async () => {
  const ref = await playedVideo();
  const attempt = attemptOf(await downloadOf(ref));
  await system.apply(attempt.started);
  await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  const stops = (await system.relay()).filter(({ type }) => type === "task.cancel-requested.v1");
  expect(stops).toMatchObject([{ attemptId: attempt.attemptId }]);
  const nothing = { source: null, variants: [], audio: null, posterKey: null };
  await system.apply(attempt.stopped(1, "CANCELED", nothing));
  expect(await read(ref)).toEqual({ ...played, video: "READY", job: "CANCELED" });
});

test("a short video whose task failed only at the download is retried for the download alone", async () => {
  const ref = await system.createQueuedVideo({ profile: "download" });
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "REJECTED", attempt.state("READY")));
  expect(await read(ref)).toEqual({ ...played, video: "READY", job: "FAILED" });
  const { jobId } = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  expect((await tasksOf(jobId)).map(({ kind }) => kind)).toEqual(["DOWNLOAD"]);
});
