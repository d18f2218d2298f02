import { objectKeys, type Preview, type RenderState } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { assetsOf } from "../../database/index.ts";
import { encodeGlobalId } from "../../inputs/index.ts";
import { cancelJob, settleJob, waits } from "../../jobs/index.ts";
import { softwareOffer, workerRow } from "../../testing/fleet-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../../testing/projection.ts";
import { deleteVideo } from "../../videos/index.ts";
import { repairVideo, requestDownload, requestPreview, retryJob, retryVariant, setPoster } from "../index.ts";

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
const videoOf = async (id: string) => {
  const include = { assets: true };
  const { assets, ...video } = await system.db.video.findUniqueOrThrow({ where: { id }, include });
  return { ...video, ...assetsOf({ assets }) };
};
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

test("a poster at a chosen time replaces the old one once it is stored, and changes nothing else", async () => {
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
  expect((await videoOf(videoId)).poster).toEqual(before.poster);
  await system.apply(attempt.completed(2, state));
  const { updatedAt: _a, revision: _b, ...after } = await videoOf(videoId);
  const { updatedAt: _c, revision: _d, ...was } = before;
  expect(after).toEqual({ ...was, poster: { version: 1, key: state.posterKey, atMs: 2_000 } });
  expect(await typesSince(videoId, seen)).toEqual([
    "job.queued",
    ...["job.started", "attempt.started", "attempt.completed"],
    ...["video.poster-stored", "job.succeeded"],
  ]);
  const status = JSON.parse((await system.stored(objectKeys.status(videoId))) ?? "{}");
  expect(status.posterUrl).toContain(state.posterKey);
  // Redelivery changes nothing.
  await system.apply(attempt.completed(2, state));
  expect(await typesSince(videoId, seen)).toHaveLength(6);
});

test("a workspace over its storage quota gets no new outputs, but keeps running jobs and posters", async () => {
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
    // Its job is already queued, so this request stores nothing more.
    await ask.download(videoId);
  } finally {
    await setLimit(null);
  }
  await ask.preview(videoId);
  expect((await followUps(videoId)).map(({ status }) => status).toSorted()).toEqual([
    ...["CANCELED", "QUEUED", "QUEUED", "QUEUED"],
  ]);
});

test("a repeated poster request creates one job, and a different one replaces the running job", async () => {
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
  // The output of the replaced attempt is ignored.
  await system.apply(first.completed(1, made(ref, first.attemptId, "POSTER")));
  expect(await videoOf(videoId)).toMatchObject({ poster: { atMs: 2_000 } });
  await ask.poster(videoId, 2_000);
  expect(await followUps(videoId)).toHaveLength(2);
});

test("a chosen poster is kept when a variant is rendered again", async () => {
  const { videoId } = await readyVideo("FAILED");
  await ask.poster(videoId, 2_000);
  const ref = await newest(videoId);
  const poster = attemptOf(ref);
  await system.apply(poster.started);
  await system.apply(poster.completed(1, made(ref, poster.attemptId, "POSTER")));
  const chosen = (await videoOf(videoId)).poster;
  expect(chosen).not.toBeNull();

  const failed = await system.db.variant.findFirstOrThrow({ where: { videoId, name: "360p" } });
  const { jobId } = await retryVariant(system.operations, system.viewer, { variantId: failed.id });
  const task = await system.db.task.findFirstOrThrow({ where: { jobId } });
  const again = attemptOf({ videoId, jobId, taskId: task.id });
  await system.apply(again.started);
  const state = { ...again.state("READY"), posterKey: objectKeys.attemptPoster(videoId, again.attemptId) };
  await system.apply(again.completed(1, state));
  expect((await videoOf(videoId)).poster).toEqual(chosen);
});

test("a lost asset job is retried; one that fails for good leaves the video unchanged and can be retried", async () => {
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
  expect((await videoOf(videoId)).preview).toEqual({ version: 1, ...state.preview });
  const status = JSON.parse((await system.stored(objectKeys.status(videoId))) ?? "{}");
  expect(status.previewUrl).toContain("preview.webp");
});

test("a preview requested during the render waits for it, states that reason, and starts when it succeeds", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await Promise.all([ask.preview(ref.videoId), ask.preview(ref.videoId)]);
  const asset = await newest(ref.videoId);
  expect(await followUps(ref.videoId)).toMatchObject([{ jobId: asset.jobId, status: "PENDING" }]);
  expect(await system.takeMessages(asset)).toEqual([]);
  const options = { now: system.deps.clock(), maxRunningTasks: null };
  const id = encodeGlobalId("Job", ref.jobId);
  expect((await waits(system.db, [asset.jobId], options)).get(asset.jobId)).toEqual({
    ...{ code: "JOB", reason: `Waiting for the job ${id} (TRANSCODE), which is RUNNING.` },
  });
  await system.apply(attempt.completed(1, attempt.state("READY")));
  expect(await followUps(ref.videoId)).toMatchObject([{ status: "QUEUED" }]);
  const [message] = await system.takeMessages(asset);
  expect(message?.keep.variants.map(({ name }) => name)).toEqual(["144p", "360p"]);
});

test.each(["FAILED", "CANCELED"] as const)("a download ends when its render is %s", async (status) => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await ask.download(ref.videoId);
  const { jobId } = await newest(ref.videoId);
  if (status === "CANCELED") await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  await system.apply(
    status === "FAILED"
      ? attempt.failed(1, "REJECTED", attempt.state("PENDING"))
      : attempt.stopped(1, "CANCELED", attempt.state("PENDING")),
  );
  expect(await followUps(ref.videoId)).toMatchObject([{ status }]);
  const { error } = await system.db.job.findUniqueOrThrow({ where: { id: jobId } });
  expect(error).toEqual(status === "FAILED" ? expect.objectContaining({ code: "DEPENDENCY_FAILED" }) : null);
  const { data } = await system.db.event.findFirstOrThrow({ where: { jobId }, orderBy: { id: "desc" } });
  expect(data).toMatchObject({ kind: "DOWNLOAD", code: `DEPENDENCY_${status}` });
  // A job that only waited can be retried like any other.
  later();
  await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  await retryJob(system.operations, system.viewer, { jobId });
  expect(await followUps(ref.videoId)).toMatchObject([{ status }, { status: "PENDING" }]);
});

test("a download requested during a repair is created from the repaired output", async () => {
  const { videoId, jobId } = await readyVideo();
  const { workspaceId, profile } = await system.db.job.findUniqueOrThrow({ where: { id: jobId } });
  const kind = "REPAIR";
  const repair = await system.db.job.create({
    data: { workspaceId, videoId, kind, status: "RUNNING", profile: profile ?? {} },
  });
  await ask.download(videoId);
  const download = (await newest(videoId)).jobId;
  const statusOf = async () => (await system.db.job.findUniqueOrThrow({ where: { id: download } })).status;
  expect(await statusOf()).toBe("PENDING");
  await system.db.$transaction((tx) =>
    settleJob(tx, repair, { status: "SUCCEEDED", error: null }, system.deps.clock()),
  );
  expect(await statusOf()).toBe("QUEUED");
});

test("a damaged download of a damaged variant is created again after the variant is repaired", async () => {
  const { videoId } = await readyVideo();
  const source = objectKeys.source(videoId, "clip.mp4");
  await system.deps.store.put(source, "clip");
  await system.db.source.update({ where: { videoId }, data: { objectKey: source } });
  const subjects = ["360p", "download", "poster"];
  await system.db.damage.createMany({
    data: subjects.map((subject) => {
      const foundAt = new Date();
      return { videoId, subject, key: subject, code: "OBJECT_MISSING", foundAt };
    }),
  });
  await repairVideo(system.operations, system.viewer, { videoId });
  const jobs = await system.db.job.findMany({ where: { videoId, endedAt: null }, orderBy: { kind: "asc" } });
  const repair = jobs.find(({ kind }) => kind === "REPAIR")?.id;
  expect(jobs.map(({ kind, status, dependsOnId }) => [kind, status, dependsOnId])).toEqual([
    ["DOWNLOAD", "PENDING", repair],
    ["POSTER", "QUEUED", null],
    ["REPAIR", "QUEUED", null],
  ]);
});

test("canceling an asset job ends only that job", async () => {
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

test("repeated download requests create one job, and a download of another variant replaces the first", async () => {
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
  expect((await videoOf(videoId)).download).toEqual({ version: 1, ...state.download });
  await ask.download(videoId);
  expect(await followUps(videoId)).toHaveLength(1);
  await ask.download(videoId, 240);
  expect(await followUps(videoId)).toMatchObject([{ status: "SUCCEEDED" }, { status: "QUEUED" }]);
  expect((await videoOf(videoId)).download).toEqual({ version: 1, ...state.download });
});

test("a completed attempt without the requested asset fails its job", async () => {
  const { videoId } = await readyVideo();
  await ask.download(videoId);
  const attempt = attemptOf(await newest(videoId));
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, nothing));
  const job = await system.db.job.findFirstOrThrow({ where: { videoId, kind: "DOWNLOAD" } });
  expect(job).toMatchObject({ status: "FAILED", error: { code: "NOTHING_MADE" } });
});

test("a profile with a preview requests it once the video is READY, behind tasks that users wait for", async () => {
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

test("a kind that no worker offers waits until a worker does, and delays no other kind", async () => {
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
