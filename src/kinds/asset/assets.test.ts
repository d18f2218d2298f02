import { objectKeys, type Preview, type RenderState } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelJob, waits } from "../../jobs/index.ts";
import { softwareOffer, workerRow } from "../../testing/fleet-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../../testing/projection.ts";
import { deleteVideo } from "../../videos/index.ts";
import { requestDownload, requestPreview, retryJob, retryVariant, setPoster } from "../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

const nothing: RenderState = { source: null, variants: [], audio: null, posterKey: null };
const made = (
  { videoId }: TaskRef,
  attemptId: string,
  kind: "POSTER" | "PREVIEW" | "DOWNLOAD",
): RenderState & { preview?: Preview } => {
  const key = (folder: string, file: string) => objectKeys.attemptFile(videoId, attemptId, folder, file);
  switch (kind) {
    case "POSTER":
      return { ...nothing, posterKey: objectKeys.attemptPoster(videoId, attemptId) };
    case "PREVIEW": {
      const size = { width: 320, height: 180, durationMs: 3_000, sizeBytes: 90_000 };
      const preview = { key: key("preview", "preview.webp"), contentType: "image/webp", ...size };
      return { ...nothing, preview };
    }
    default: {
      const download = { key: key("download", "clip.mp4"), variant: "360p", sizeBytes: 9_000 };
      return { ...nothing, download };
    }
  }
};

/** A video that is READY, with the poster of its render. */
async function readyVideo(other: "READY" | "FAILED" = "READY"): Promise<TaskRef> {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const posterKey = objectKeys.attemptPoster(ref.videoId, attempt.attemptId);
  const source = {
    key: objectKeys.source(ref.videoId, "clip.mp4"),
    sizeBytes: 9,
    contentType: null,
    probe: null,
  };
  const state = { ...attempt.state("READY", other), posterKey, source };
  await system.apply(attempt.started);
  await system.apply(
    other === "READY" ? attempt.completed(1, state) : attempt.failed(1, "REJECTED", { ...state }),
  );
  await system.db.video.update({
    where: { id: ref.videoId },
    data: { durationMs: 8_000, width: 720, height: 360 },
  });
  await system.db.source.update({ where: { videoId: ref.videoId }, data: { receivedAt: new Date() } });
  return ref;
}

const followUps = async (videoId: string): Promise<(TaskRef & { status: string })[]> => {
  const jobs = await system.db.job.findMany({
    where: { videoId, kind: { not: "TRANSCODE" } },
    include: { tasks: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return jobs.map(({ id, status, tasks }) => ({ videoId, jobId: id, taskId: tasks[0]?.id ?? "", status }));
};
const newest = async (videoId: string): Promise<TaskRef> => {
  const last = (await followUps(videoId)).at(-1);
  if (!last) throw new Error("There is no asset job.");
  return last;
};
const videoOf = (id: string) => system.db.video.findUniqueOrThrow({ where: { id } });
const typesSince = async (videoId: string, id = 0n) =>
  (await system.db.event.findMany({ where: { videoId, id: { gt: id } }, orderBy: { id: "asc" } })).map(
    ({ type }) => type,
  );
const lastEvent = async () => (await system.db.event.aggregate({ _max: { id: true } }))._max.id ?? 0n;
/** One after the other, as the clock has it. */
const later = () => system.passTime(1);
const ask = {
  poster: (videoId: string, atMs: number) => {
    later();
    return setPoster(system.operations, system.viewer, { videoId, atMs });
  },
  preview: (videoId: string) => requestPreview(system.operations, system.viewer, { videoId }),
  download: (videoId: string, height?: number) => {
    later();
    return requestDownload(system.operations, system.viewer, { videoId, ...(height && { height }) });
  },
};

test("a poster at a chosen time takes the old one's place when it is there, and touches nothing else", async () => {
  const { videoId } = await readyVideo();
  const before = await videoOf(videoId);
  const seen = await lastEvent();
  await ask.poster(videoId, 2_000);
  const ref = await newest(videoId);
  const [message] = await system.takeMessages(ref);
  expect(message).toMatchObject({ kind: "POSTER", params: { atMs: 2_000 }, priority: "INTERACTIVE" });
  expect(message).not.toHaveProperty("ladder");
  expect(message).not.toHaveProperty("storyboard");

  const attempt = attemptOf(ref);
  const state = made(ref, attempt.attemptId, "POSTER");
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, state));
  expect((await videoOf(videoId)).posterKey).toBe(before.posterKey);
  await system.apply(attempt.completed(2, state));
  const { updatedAt: _a, revision: _b, ...after } = await videoOf(videoId);
  const { updatedAt: _c, revision: _d, ...was } = before;
  expect(after).toEqual({ ...was, posterKey: state.posterKey, posterAtMs: 2_000 });
  expect(await typesSince(videoId, seen)).toEqual([
    "job.queued",
    ...["job.started", "attempt.started", "attempt.completed"],
    ...["video.poster-stored", "job.succeeded"],
  ]);
  const status = JSON.parse((await system.stored(objectKeys.status(videoId))) ?? "{}");
  expect(status.posterUrl).toContain(state.posterKey);
  // Said again, it changes nothing.
  await system.apply(attempt.completed(2, state));
  expect(await typesSince(videoId, seen)).toHaveLength(6);
});

test("a workspace over its storage gets no further outputs made, but keeps what is under way, and posters", async () => {
  const { db, operations, viewer } = system;
  const setLimit = (maxStoredBytes: number | null) =>
    db.workspace.update({ where: { id: viewer.workspaceId }, data: { maxStoredBytes } });
  const { videoId } = await readyVideo();
  const { videoId: another, jobId: failed } = await readyVideo("FAILED");
  const { id: variantId } = await db.variant.findFirstOrThrow({
    where: { videoId: another, status: "FAILED" },
  });
  await ask.preview(videoId);
  await cancelJob(operations, viewer, { jobId: (await newest(videoId)).jobId });
  const preview = await newest(videoId);
  await setLimit(100);
  try {
    const refused = { code: "QUOTA_EXCEEDED", quota: "STORED_BYTES", limit: 100, retryAfterMs: 60_000 };
    await expect(ask.download(videoId)).rejects.toMatchObject(refused);
    await expect(ask.preview(videoId)).rejects.toMatchObject(refused);
    await expect(retryJob(operations, viewer, { jobId: preview.jobId })).rejects.toMatchObject(refused);
    await expect(retryJob(operations, viewer, { jobId: failed })).rejects.toMatchObject(refused);
    await expect(retryVariant(operations, viewer, { variantId })).rejects.toMatchObject(refused);
    expect(await followUps(videoId)).toHaveLength(1);
    await ask.poster(videoId, 2_000);
    await setLimit(null);
    await ask.download(videoId);
    await setLimit(100);
    // It is being made already: nothing more is stored for this request.
    await ask.download(videoId);
  } finally {
    await setLimit(null);
  }
  await ask.preview(videoId);
  expect((await followUps(videoId)).map(({ status }) => status).toSorted()).toEqual([
    ...["CANCELED", "QUEUED", "QUEUED", "QUEUED"],
  ]);
});

test("the same poster asked for again is made once, another one takes the place of the one under way", async () => {
  const { videoId } = await readyVideo();
  await ask.poster(videoId, 1_000);
  await ask.poster(videoId, 1_000);
  expect(await followUps(videoId)).toMatchObject([{ status: "QUEUED" }]);
  const first = attemptOf(await newest(videoId));
  await system.apply(first.started);
  await ask.poster(videoId, 2_000);
  expect(await followUps(videoId)).toMatchObject([{ status: "CANCELED" }, { status: "QUEUED" }]);
  const stops = (await system.relay()).filter(({ type }) => type === "task.cancel-requested.v1");
  expect(stops).toMatchObject([{ attemptId: first.attemptId, reason: "CANCELED" }]);

  const ref = await newest(videoId);
  const second = attemptOf(ref);
  await system.apply(second.started);
  await system.apply(second.completed(1, made(ref, second.attemptId, "POSTER")));
  // What the first has made meanwhile is not asked for any more.
  await system.apply(first.completed(1, made(ref, first.attemptId, "POSTER")));
  expect(await videoOf(videoId)).toMatchObject({ posterAtMs: 2_000 });
  await ask.poster(videoId, 2_000);
  expect(await followUps(videoId)).toHaveLength(2);
});

test("a chosen poster stays when a variant is rendered again", async () => {
  const { videoId } = await readyVideo("FAILED");
  await ask.poster(videoId, 2_000);
  const ref = await newest(videoId);
  const poster = attemptOf(ref);
  await system.apply(poster.started);
  await system.apply(poster.completed(1, made(ref, poster.attemptId, "POSTER")));
  const { posterKey } = await videoOf(videoId);

  const failed = await system.db.variant.findFirstOrThrow({ where: { videoId, name: "360p" } });
  const { jobId } = await retryVariant(system.operations, system.viewer, { variantId: failed.id });
  const task = await system.db.task.findFirstOrThrow({ where: { jobId } });
  const again = attemptOf({ videoId, jobId, taskId: task.id });
  await system.apply(again.started);
  const state = { ...again.state("READY"), posterKey: objectKeys.attemptPoster(videoId, again.attemptId) };
  await system.apply(again.completed(1, state));
  expect((await videoOf(videoId)).posterKey).toBe(posterKey);
});

test("an asset job that is lost is tried again; one that fails for good leaves the video unchanged and can be retried", async () => {
  const { videoId } = await readyVideo();
  const before = await videoOf(videoId);
  await ask.preview(videoId);
  const ref = await newest(videoId);
  const lost = attemptOf(ref);
  await system.apply(lost.started);
  system.passTime(60_000);
  await system.sweep();
  expect(await followUps(videoId)).toMatchObject([{ status: "QUEUED" }]);
  expect(await system.takeMessages(ref)).toMatchObject([{ kind: "PREVIEW", fencingToken: 1 }]);

  const broken = attemptOf(ref);
  await system.apply(broken.started);
  await system.apply(broken.failed(1, "REJECTED", nothing));
  expect(await followUps(videoId)).toMatchObject([{ status: "FAILED" }]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", error: null, readyAt: before.readyAt });
  expect(await system.db.variant.count({ where: { videoId, status: "READY" } })).toBe(2);

  later();
  const { jobId } = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  const again = await newest(videoId);
  expect(again.jobId).toBe(jobId);
  const attempt = attemptOf(again);
  const state = made(again, attempt.attemptId, "PREVIEW");
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, state));
  expect((await videoOf(videoId)).preview).toEqual(state.preview);
  const status = JSON.parse((await system.stored(objectKeys.status(videoId))) ?? "{}");
  expect(status.previewUrl).toContain("preview.webp");
});

test("canceling an asset job ends it alone", async () => {
  const { videoId } = await readyVideo();
  await ask.preview(videoId);
  const ref = await newest(videoId);
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  await system.apply(attempt.stopped(1, "CANCELED", nothing));
  expect(await followUps(videoId)).toMatchObject([{ status: "CANCELED" }]);
  expect(await videoOf(videoId)).toMatchObject({ status: "READY", preview: null });
});

test("a download is made once however often it is asked for, and of another variant in its place", async () => {
  const { videoId } = await readyVideo();
  await Promise.all([ask.download(videoId), ask.download(videoId), ask.download(videoId, 1_080)]);
  expect(await followUps(videoId)).toHaveLength(1);
  const ref = await newest(videoId);
  const [message] = await system.takeMessages(ref);
  expect(message).toMatchObject({ kind: "DOWNLOAD", downloadName: "download.mp4" });
  expect(message?.keep.variants.map(({ name }) => name)).toEqual(["144p", "360p"]);
  const attempt = attemptOf(ref);
  const state = made(ref, attempt.attemptId, "DOWNLOAD");
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, state));
  expect((await videoOf(videoId)).download).toEqual(state.download);
  await ask.download(videoId);
  expect(await followUps(videoId)).toHaveLength(1);
  await ask.download(videoId, 240);
  expect(await followUps(videoId)).toMatchObject([{ status: "SUCCEEDED" }, { status: "QUEUED" }]);
  expect((await videoOf(videoId)).download).toEqual(state.download);
});

test("a worker that made nothing of what was asked for has failed", async () => {
  const { videoId } = await readyVideo();
  await ask.download(videoId);
  const attempt = attemptOf(await newest(videoId));
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, nothing));
  const job = await system.db.job.findFirstOrThrow({ where: { videoId, kind: "DOWNLOAD" } });
  expect(job).toMatchObject({ status: "FAILED", error: { code: "NOTHING_MADE" } });
});

test("a profile with a preview requests it once the video is READY, after tasks for which users wait", async () => {
  const ref = await system.createQueuedVideo();
  const job = await system.db.job.findUniqueOrThrow({ where: { id: ref.jobId } });
  const profile = { ...(job.profile as object), preview: true };
  await system.db.job.update({ where: { id: ref.jobId }, data: { profile } });
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1));
  expect((await videoOf(ref.videoId)).status).toBe("READY");
  const { jobId } = await newest(ref.videoId);
  const task = await system.db.task.findFirstOrThrow({ where: { jobId } });
  expect(task).toMatchObject({ kind: "PREVIEW", priority: "BULK", isRest: true, status: "QUEUED" });
});

test("a kind that no worker offers waits until one does, and delays no other", async () => {
  const { videoId } = await readyVideo();
  await ask.poster(videoId, 1_000);
  const ref = await newest(videoId);
  const now = system.deps.clock();
  const older = softwareOffer.kinds.filter(({ name }) => name !== "POSTER");
  await system.db.worker.create({ data: workerRow("old", { kinds: older, now }) });
  expect(await system.dispatch()).toBe(0);
  const wait = await waits(system.db, [ref.jobId], { now, maxRunningTasks: null });
  expect(wait.get(ref.jobId)).toEqual({
    code: "NO_WORKER",
    reason: "No worker online offers the kind POSTER.",
  });
  // It supports this one.
  await ask.download(videoId);
  expect(await system.dispatch()).toBe(1);
  system.passTime(60_000);
  expect(await system.takeMessages(ref)).toHaveLength(1);
});

test("deleting a video deletes its asset jobs and stops their attempts", async () => {
  const { videoId } = await readyVideo();
  await ask.preview(videoId);
  const attempt = attemptOf(await newest(videoId));
  await system.apply(attempt.started);
  await deleteVideo(system.operations, system.viewer, { videoId });
  const stops = (await system.relay()).filter(({ type }) => type === "task.cancel-requested.v1");
  expect(stops).toMatchObject([{ attemptId: attempt.attemptId }]);
  expect(await followUps(videoId)).toEqual([]);
});
