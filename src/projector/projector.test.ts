import { objectKeys, type PublishedPlaylist, type RenderState } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelJob } from "../jobs/index.ts";
import { retryJob } from "../kinds/index.ts";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

async function read({ videoId, jobId, taskId }: TaskRef) {
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: { orderBy: { position: "asc" } } },
  });
  const job = await system.db.job.findUniqueOrThrow({ where: { id: jobId } });
  const task = await system.db.task.findUniqueOrThrow({
    where: { id: taskId },
    include: { attempts: { orderBy: { number: "asc" } } },
  });
  return {
    video: video.status,
    job: job.status,
    task: task.status,
    tries: task.tries,
    variants: video.variants.map(({ status }) => status),
    outcomes: task.attempts.map(({ outcome }) => outcome),
  };
}

function requirePlaylist({ variants: [variant] }: RenderState): PublishedPlaylist {
  if (!variant?.playlist) throw new Error("The state has a playlist.");
  return variant.playlist;
}

const eventsOf = async ({ videoId }: TaskRef): Promise<string[]> =>
  (await system.db.event.findMany({ where: { videoId }, orderBy: { id: "asc" } })).map(({ type }) => type);

test("reports take an attempt from started to completed, and its video to PLAYABLE and then READY", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  expect(await read(ref)).toMatchObject({
    video: "PROCESSING",
    job: "RUNNING",
    task: "RUNNING",
    outcomes: [null],
  });
  await system.apply(attempt.advanced(1));
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", variants: ["RENDERING", "RENDERING"] });
  await system.apply(attempt.completed(2));
  expect(await read(ref)).toEqual({
    video: "READY",
    job: "SUCCEEDED",
    task: "SUCCEEDED",
    tries: 1,
    variants: ["READY", "READY"],
    outcomes: ["COMPLETED"],
  });
  expect(await eventsOf(ref)).toMatchInlineSnapshot(`
    [
      "video.created",
      "job.queued",
      "job.started",
      "attempt.started",
      "variant.rendering",
      "variant.rendering",
      "video.playable",
      "variant.ready",
      "variant.ready",
      "attempt.completed",
      "job.succeeded",
      "video.ready",
    ]
  `);
  const master = await system.store.read(objectKeys.master(ref.videoId));
  expect(await master.body.toArray()).toHaveLength(1);
});

test("redelivery of a report changes nothing", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const reports = [attempt.started, attempt.advanced(1), attempt.completed(2)];
  for (const report of reports) await system.apply(report);
  const before = [await read(ref), await eventsOf(ref)];
  system.published.length = 0;
  for (const report of reports) await system.apply(report);
  expect(system.published).toEqual([]);
  expect([await read(ref), await eventsOf(ref)]).toEqual(before);
});

test("a completed report suffices even if every earlier report was lost", async () => {
  const ref = await system.createQueuedVideo();
  await system.apply(attemptOf(ref).completed(7));
  expect(await read(ref)).toMatchObject({ video: "READY", job: "SUCCEEDED", outcomes: ["COMPLETED"] });
});

test("when two workers race for a task, the second changes nothing and is asked to stop", async () => {
  const ref = await system.createQueuedVideo();
  const [first, second] = [attemptOf(ref, "first"), attemptOf(ref, "second")];
  await system.apply(first.started);
  system.published.length = 0;
  await system.apply(second.started);
  await system.apply(second.completed(1));
  expect(await read(ref)).toMatchObject({ job: "RUNNING", outcomes: [null], variants: [] });
  expect(system.published).toMatchObject([
    {
      type: "task.cancel-requested.v1",
      workerId: "second",
      attemptId: second.attemptId,
      reason: "LEASE_LOST",
    },
  ]);
});

test("an attempt that stops reporting is lost when its lease expires, and its late reports change nothing", async () => {
  const ref = await system.createQueuedVideo();
  const [sleeper, next] = [attemptOf(ref, "sleeper"), attemptOf(ref, "next")];
  await system.apply(sleeper.started);
  system.passTime(31_000);
  await system.sweep();
  expect(await read(ref)).toMatchObject({ job: "QUEUED", task: "QUEUED", tries: 1, outcomes: ["LOST"] });
  await system.apply(sleeper.completed(9));
  expect(await read(ref)).toMatchObject({ job: "QUEUED", variants: [] });
  await system.apply(next.started);
  await system.apply(sleeper.advanced(10));
  expect(await read(ref)).toMatchObject({ job: "RUNNING", variants: [], outcomes: ["LOST", null] });
  await system.apply(next.completed(1));
  expect(await read(ref)).toMatchObject({ video: "READY", outcomes: ["LOST", "COMPLETED"] });
});

test("a retriable failure is retried until no tries are left, and the job's error then states the reason", async () => {
  const ref = await system.createQueuedVideo();
  for (const _try of [1, 2, 3]) {
    const attempt = attemptOf(ref);
    await system.apply(attempt.started);
    await system.apply(attempt.failed(1, "FAILED"));
  }
  expect(await read(ref)).toMatchObject({
    video: "FAILED",
    job: "FAILED",
    tries: 3,
    outcomes: ["FAILED", "FAILED", "FAILED"],
  });
  const video = await system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } });
  expect(video).toMatchObject({
    error: { code: "ENCODER_FAILED", message: "Failed after 3 tries. The last error: It broke." },
  });
});

test("a rejected source is not retried, and the attempt's output is removed", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const poster = objectKeys.attemptPoster(ref.videoId, attempt.attemptId);
  await system.operations.store.put(poster, "a picture");
  await system.apply(attempt.failed(1, "REJECTED"));
  expect(await read(ref)).toMatchObject({ video: "FAILED", job: "FAILED", tries: 1, outcomes: ["REJECTED"] });
  expect(await system.stored(poster)).toBeNull();
});

test("a worker shutdown uses no try, and the next attempt keeps the ready variants", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.stopped(1, "INTERRUPTED", attempt.state("READY", "PENDING")));
  expect(await read(ref)).toMatchObject({
    job: "QUEUED",
    tries: 0,
    variants: ["READY", "PENDING"],
    outcomes: ["INTERRUPTED"],
  });
  // Other tasks of this file must not be dispatched first.
  await system.db.task.updateMany({
    where: { id: { not: ref.taskId }, status: "QUEUED" },
    data: { availableAt: new Date(8.64e12) },
  });
  await system.dispatch();
  const [message] = await system.db.outboxMessage.findMany({
    where: { taskId: ref.taskId },
    orderBy: { id: "desc" },
  });
  const { params } = JSON.parse(Buffer.from(message?.data ?? []).toString());
  expect(params.keep.variants.map(({ name }: { name: string }) => name)).toEqual(["144p"]);
});

test("a queued job is canceled immediately, and a worker that still starts it is asked to stop", async () => {
  const ref = await system.createQueuedVideo();
  await cancelJob(system.operations, system.viewer, ref);
  expect(await read(ref)).toMatchObject({ video: "FAILED", job: "CANCELED", task: "CANCELED" });
  system.published.length = 0;
  await system.apply(attemptOf(ref).started);
  expect(system.published).toMatchObject([{ reason: "LEASE_LOST" }]);
});

test("the sweeper cancels a job whose worker does not answer the cancel request", async () => {
  const ref = await system.createQueuedVideo();
  await system.apply(attemptOf(ref).started);
  await cancelJob(system.operations, system.viewer, ref);
  expect(await read(ref)).toMatchObject({ job: "RUNNING" });
  system.passTime(16_000);
  await system.sweep();
  expect(await read(ref)).toMatchObject({ job: "CANCELED", outcomes: ["CANCELED"] });
});

test("files that a worker stores after its video was deleted are removed when it stops", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.db.video.delete({ where: { id: ref.videoId } });
  const late = objectKeys.attemptFile(ref.videoId, attempt.attemptId, "144p", "index.m3u8");
  await system.store.put(late, "#EXTM3U");
  system.published.length = 0;
  await system.apply(attempt.advanced(1));
  expect(system.published).toMatchObject([{ attemptId: attempt.attemptId, reason: "CANCELED" }]);
  await system.apply(attempt.completed(2));
  expect(await system.store.head(late)).toBeNull();
});

test("a worker that lost the race for a task cannot hold it later, even if its delayed reports arrive", async () => {
  const ref = await system.createQueuedVideo();
  const [task] = await system.takeMessages(ref);
  const [winner, loser] = [
    attemptOf(ref, "winner", task?.fencingToken),
    attemptOf(ref, "loser", task?.fencingToken),
  ];
  await system.apply(winner.started);
  await system.apply(loser.started);
  await system.apply(winner.failed(1, "FAILED"));
  await system.apply(loser.advanced(1));
  expect(await read(ref)).toMatchObject({
    job: "QUEUED",
    outcomes: ["FAILED"],
    variants: ["PENDING", "PENDING"],
  });
});

test("a worker that starts from a superseded message is asked to stop, and no ready output is rendered again", async () => {
  const ref = await system.createQueuedVideo();
  const [old] = await system.takeMessages(ref);
  const first = attemptOf(ref, "first", old?.fencingToken);
  await system.apply(first.stopped(1, "INTERRUPTED", first.state("READY", "PENDING")));
  const [again] = await system.takeMessages(ref);
  expect([old?.fencingToken, again?.fencingToken]).toEqual([0, 1]);
  await system.apply(attemptOf(ref, "late", old?.fencingToken).started);
  expect(await read(ref)).toMatchObject({ job: "QUEUED", outcomes: ["INTERRUPTED"] });
  await system.apply(attemptOf(ref, "second", again?.fencingToken).started);
  expect(await read(ref)).toMatchObject({ job: "RUNNING", outcomes: ["INTERRUPTED", null] });
});

test("an attempt that lost its lease receives the list of its outputs that the video uses", async () => {
  const ref = await system.createQueuedVideo();
  const sleeper = attemptOf(ref, "sleeper");
  await system.apply(sleeper.advanced(1, sleeper.state("READY", "PENDING")));
  system.passTime(31_000);
  await system.sweep();
  system.published.length = 0;
  await system.apply(sleeper.advanced(2, sleeper.state("READY")));
  expect(system.published).toMatchObject([{ reason: "LEASE_LOST", keep: ["144p"] }]);
});

test("a report that combines one video with another video's attempt changes neither", async () => {
  const [ref, other] = [await system.createQueuedVideo(), await system.createQueuedVideo()];
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply({ ...attempt.completed(1), videoId: other.videoId });
  expect(await read(ref)).toMatchObject({ job: "RUNNING", variants: [] });
  expect(await read(other)).toMatchObject({ job: "QUEUED", variants: [], outcomes: [] });
});

test("the output of a lost attempt stays playable until the next attempt has segments", async () => {
  const ref = await system.createQueuedVideo();
  const [lost, next] = [attemptOf(ref, "lost"), attemptOf(ref, "next")];
  await system.apply(lost.advanced(1));
  system.passTime(31_000);
  await system.sweep();
  await system.apply(next.advanced(1, next.state("PENDING")));
  const master = () => system.stored(objectKeys.master(ref.videoId));
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE", variants: ["PENDING", "PENDING"] });
  expect(await master()).toContain(lost.attemptId);
  await system.apply(next.advanced(2));
  expect(await master()).toContain(next.attemptId);
  expect(await master()).not.toContain(lost.attemptId);
});

test("a video whose only output was discarded is not playable until a later attempt has output", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.advanced(1));
  await system.apply(attempt.failed(2, "FAILED"));
  expect(await read(ref)).toMatchObject({ video: "PROCESSING", job: "QUEUED" });
  expect(await system.stored(objectKeys.master(ref.videoId))).toBeNull();
  await system.apply(attemptOf(ref).completed(1));
  expect(await read(ref)).toMatchObject({ video: "READY" });
});

test("the playlists of a canceled job name no removed output", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.advanced(1));
  await cancelJob(system.operations, system.viewer, ref);
  await system.apply(attempt.stopped(2, "CANCELED"));
  expect(await read(ref)).toMatchObject({ video: "FAILED", variants: ["CANCELED", "CANCELED"] });
  expect(await system.stored(objectKeys.master(ref.videoId))).toBeNull();
});

test("redelivery of a report corrects a master playlist that a failed transaction wrote too late", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const report = attempt.advanced(1);
  await system.apply(report);
  const key = objectKeys.master(ref.videoId);
  const late = await system.stored(key);
  await cancelJob(system.operations, system.viewer, ref);
  await system.apply(attempt.stopped(2, "CANCELED"));
  await system.operations.store.put(key, late ?? "");
  await system.apply(report);
  expect(late).toContain(attempt.attemptId);
  expect(await system.stored(key)).toBeNull();
});

test("a video with incomplete audio is not READY, and a retry renders only the audio", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const state = attempt.state("READY");
  const playlist = { ...requirePlaylist(state), key: "audio", isComplete: false };
  const audio = { codec: "AAC", channels: 2, language: null, playlist };
  await system.apply(attempt.failed(1, "REJECTED", { ...state, audio }));
  expect(await read(ref)).toMatchObject({ video: "FAILED", variants: ["READY", "READY"] });
  const { jobId } = await retryJob(system.operations, system.viewer, ref);
  const task = await system.db.task.findFirstOrThrow({ where: { jobId } });
  const [message] = await system.takeMessages({ taskId: task.id });
  expect(message?.keep).toMatchObject({ variants: [{ name: "144p" }, { name: "360p" }], audio: null });
});

test("viewers are notified of a new poster", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.advanced(1));
  const revision = async () =>
    (await system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } })).revision;
  const before = await revision();
  const posterKey = objectKeys.attemptPoster(ref.videoId, attempt.attemptId);
  await system.apply(attempt.advanced(2, { ...attempt.state("RENDERING"), posterKey }));
  expect(await revision()).toBe(before + 1);
  expect(await system.stored(objectKeys.status(ref.videoId))).toContain("poster.jpg");
});

test("the API does not accept READY without a playlist or SKIPPED without a reason", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const state = attempt.state("READY", "SKIPPED");
  const variants = state.variants.map((variant) => ({ ...variant, playlist: null, skipReason: null }));
  await system.apply(attempt.advanced(1, { ...state, variants }));
  expect(await read(ref)).toMatchObject({ video: "PROCESSING", variants: ["RENDERING", "SKIPPED"] });
});

test("an unreported variant is rendered again, appears once in the master playlist, and its first copy is removed", async () => {
  const ref = await system.createQueuedVideo();
  const [lost, next] = [attemptOf(ref, "lost"), attemptOf(ref, "next")];
  await system.apply(lost.advanced(1, lost.state("READY", "PENDING")));
  const copies = [lost, next].flatMap(({ attemptId }) =>
    ["144p", "360p"].map((name) => objectKeys.attemptFile(ref.videoId, attemptId, name, "index.m3u8")),
  );
  for (const key of copies) await system.store.put(key, "#EXTM3U");
  system.passTime(31_000);
  await system.sweep();
  await system.apply(next.completed(1));
  const names = (await system.stored(objectKeys.master(ref.videoId)))?.match(/^\.\.\/.*$/gm);
  expect(names).toEqual([
    `../attempts/${lost.attemptId}/144p/index.m3u8`,
    `../attempts/${next.attemptId}/360p/index.m3u8`,
  ]);
  const left = await Array.fromAsync(system.store.list(`${objectKeys.video(ref.videoId)}attempts/`));
  expect(new Set(left.map(({ key }) => key))).toEqual(new Set([copies[0], copies[3]]));
});

test("progress is persisted for later viewers, also for a variant without segments and for rapid reports", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.state("PENDING")));
  const kept = async () => {
    const rows = await system.db.variant.findMany({ where: { videoId: ref.videoId, name: "144p" } });
    return rows.map(({ fraction }) => fraction);
  };
  for (const [sequence, fraction] of [
    [2, 0.1],
    [3, 0.9],
    [4, 0.91],
  ] as const) {
    const figures = { name: "144p", fraction, frames: 1, fps: 1, speed: 1, sizeBytes: 1, etaMs: null };
    await system.apply({
      ...attempt.started,
      type: "task.progressed.v1",
      sequence,
      fraction,
      detail: { variants: [figures] },
    });
  }
  // The last step is too small to be persisted immediately.
  expect(await kept()).toEqual([0.9]);
  // The progress is still there after the attempt was lost.
  system.passTime(31_000);
  await system.sweep();
  expect(await kept()).toEqual([0.9]);
});

test("output of an attempt that never held the lease is removed, even if it ends after the job", async () => {
  const ref = await system.createQueuedVideo();
  const winner = attemptOf(ref);
  await system.apply(winner.started);
  await system.apply(winner.completed(1));
  // A copy of the task's message reached another worker, which received its cancellation too late.
  const late = attemptOf(ref);
  const key = objectKeys.attemptFile(ref.videoId, late.started.attemptId, "144p", "index.m3u8");
  await system.store.put(key, "#EXTM3U");
  await system.apply(late.completed(1));
  expect(await system.store.head(key)).toBeNull();
  expect(await read(ref)).toMatchObject({ video: "READY", outcomes: ["COMPLETED"] });
});

test("the heartbeat of a worker on a deleted video's task is answered with CANCELED", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.db.video.delete({ where: { id: ref.videoId } });
  system.published.length = 0;
  await system.apply(attempt.seen);
  expect(system.published).toMatchObject([{ attemptId: attempt.attemptId, reason: "CANCELED" }]);
});

test("a retry creates a new job that keeps the ready variants", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.failed(1, "REJECTED", attempt.state("READY", "PENDING")));
  expect(await read(ref)).toMatchObject({ video: "READY", job: "FAILED", variants: ["READY", "FAILED"] });
  const { jobId } = await retryJob(system.operations, system.viewer, ref);
  const task = await system.db.task.findFirstOrThrow({ where: { jobId } });
  const again = { ...ref, jobId, taskId: task.id };
  expect(await read(again)).toMatchObject({
    video: "PLAYABLE",
    job: "QUEUED",
    variants: ["READY", "PENDING"],
  });
  await system.apply(attemptOf(again).completed(1));
  expect(await read(again)).toMatchObject({ video: "READY", job: "SUCCEEDED", variants: ["READY", "READY"] });
});

test("a repeated or outdated heartbeat renews no lease", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref, "mortal");
  await system.apply(attempt.started);
  await system.apply(attempt.seen);
  const where = { id: attempt.attemptId };
  const { leaseUntil } = await system.db.attempt.findUniqueOrThrow({ where });
  system.passTime(20_000);
  await system.apply(attempt.seen);
  const earlier = new Date(Date.parse(attempt.seen.at) - 5_000).toISOString();
  await system.apply({ ...attempt.seen, at: earlier, isStopping: true });
  expect((await system.db.attempt.findUniqueOrThrow({ where })).leaseUntil).toEqual(leaseUntil);
  expect(await system.db.worker.findUnique({ where: { id: "mortal" } })).toMatchObject({ isStopping: false });
  const later = new Date(Date.parse(attempt.seen.at) + 5_000).toISOString();
  await system.apply({ ...attempt.seen, at: later });
  expect((await system.db.attempt.findUniqueOrThrow({ where })).leaseUntil).not.toEqual(leaseUntil);
});
