/** Progress of a video that several workers are at, as the rows keep it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { taskFraction } from "../progress/task-progress.ts";
import { progressed, type RenderingVideo, seedRenderingVideo } from "../progress/testing/rendering-video.ts";
import { endTask, splitJob, startTask } from "../progress/testing/split-video.ts";
import { createProjection } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const rowOf = async ({ videoId }: RenderingVideo, name = "144p") => {
  const { fraction, frames, sizeBytes, fps, speed, etaMs } = await system.db.variant.findFirstOrThrow({
    where: { videoId, name },
  });
  return { fraction, frames, sizeBytes, fps, speed, etaMs };
};

/**
 * Of a 100-s video with a head of 20 s and chunks of 20 s, the head and the first two chunks are being made.
 */
async function seed() {
  const { db } = system;
  const head = await seedRenderingVideo(db);
  const tasks = await splitJob(db, head);
  const [one = "", two = ""] = tasks;
  return { head, tasks, first: await startTask(db, head, one), second: await startTask(db, head, two) };
}

test("a variant's row sums the progress of all its tasks", async () => {
  const { head, first, second } = await seed();
  await system.apply(progressed(head, 1, 1));
  await system.apply(progressed(first, 1, 0.5));
  system.passTime(1_000);
  await system.apply(progressed(second, 1, 0.25));
  const sum = {
    fraction: 0.35,
    frames: 525,
    sizeBytes: 1_750n,
    fps: 180,
    speed: 6,
    etaMs: Math.round(65_000 / 6),
  };
  expect(await rowOf(head)).toEqual(sum);
  const task = await system.db.task.findUniqueOrThrow({ where: { id: first.taskId } });
  expect(task.progress).toMatchObject({
    "144p": { fraction: 0.5, frames: 150, sizeBytes: 500, fps: 60, speed: 2 },
  });
});

test("finished tasks count in full, and tasks without an open attempt have no speed", async () => {
  const { head, first, second } = await seed();
  await endTask(system.db, head, "COMPLETED");
  await system.apply(progressed(first, 1, 0.5));
  await endTask(system.db, first, "COMPLETED");
  system.passTime(1_000);
  await system.apply(progressed(second, 1, 0.5));
  // The first chunk's last figures were lost: it had 300 frames, like the others; those of the head were
  // never reported.
  expect(await rowOf(head)).toMatchObject({ fraction: 0.5, frames: 450, speed: 2, etaMs: 25_000 });
});

test("rows are written once a second, regardless of the number of reporting workers", async () => {
  const { head, first, second } = await seed();
  await system.apply(progressed(head, 1, 1));
  for (const [sequence, video] of [first, second, first, second].entries()) {
    system.passTime(200);
    await system.apply(progressed(video, sequence + 1, 0.5));
  }
  expect(await rowOf(head)).toMatchObject({ fraction: 0.2 });
  system.passTime(2_000);
  await system.apply(progressed(first, 9, 0.75));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.45 });
});

test("at most a twentieth of the video is not yet persisted, regardless of the encoding speed", async () => {
  const { first, second } = await seed();
  const spans = [first, second].map((video, index) => {
    const startMs = 20_000 * (index + 1);
    return { video, span: { startMs, endMs: startMs + 20_000 } };
  });
  for (let sequence = 1; sequence <= 18; sequence += 1) {
    system.passTime(20);
    for (const { video, span } of spans) {
      await system.apply(progressed(video, sequence, sequence / 20, span));
      const { progress } = await system.db.task.findUniqueOrThrow({ where: { id: video.taskId } });
      expect(taskFraction(progress)).toBeGreaterThanOrEqual(sequence / 20 - 0.05);
    }
  }
});

test("a restarted chunk does not decrease progress", async () => {
  const { head, first, second } = await seed();
  await system.apply(progressed(first, 5, 0.5));
  await endTask(system.db, first, "LOST");
  const again = await startTask(system.db, head, first.taskId, 2);
  system.passTime(1_000);
  await system.apply(progressed(again, 1, 0.1));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.1, frames: 150, speed: 2 });
  // Late reports of the lost attempt change nothing.
  system.passTime(2_000);
  await system.apply(progressed(first, 6, 0.9));
  await system.apply(progressed(second, 1, 0.5));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.2 });
  system.passTime(2_000);
  await system.apply(progressed(again, 2, 1));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.3, frames: 450 });
});

test("progress does not change a ready variant", async () => {
  const { head, first } = await seed();
  const { videoId } = head;
  await system.db.variant.updateMany({
    where: { videoId, name: "360p" },
    data: { status: "READY", fraction: 1, frames: 7, etaMs: 0, playlist: {}, readyAt: new Date() },
  });
  await system.apply(progressed(first, 1, 0.5));
  expect(await rowOf(head, "360p")).toMatchObject({ fraction: 1, frames: 7, etaMs: 0, speed: null });
  expect(await rowOf(head, "720p")).toMatchObject({ fraction: 0.1 });
});

test("a variant counts only the tasks that render it", async () => {
  const head = await seedRenderingVideo(system.db);
  const [one = ""] = await splitJob(system.db, head, { renditions: ["144p", "360p"] });
  const first = await startTask(system.db, head, one);
  await system.apply(progressed(head, 1, 0.5));
  system.passTime(1_000);
  await system.apply(progressed(first, 1, 0.5));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.2, speed: 4 });
  // The head's task makes the whole of what the others do not make, such as a copied source.
  expect(await rowOf(head, "720p")).toMatchObject({ fraction: 0.5, speed: 2 });
});

test("output of a previous job does not count as remaining work", async () => {
  const head = await seedRenderingVideo(system.db);
  const [one = "", two = ""] = await splitJob(system.db, head);
  await system.db.task.deleteMany({ where: { jobId: head.jobId, isRest: true, id: { notIn: [one, two] } } });
  const first = await startTask(system.db, head, one);
  await system.apply(progressed(first, 1, 0.5));
  // Of a head of 20 s and two chunks of 20 s.
  expect(await rowOf(head)).toMatchObject({ fraction: 0.5, etaMs: 25_000 });
});

test("locked rows are skipped until the next write", async () => {
  const { head, first, second } = await seed();
  const { videoId } = head;
  await system.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT FROM videos WHERE id = ${videoId}::uuid FOR UPDATE`;
    await tx.$queryRaw`SELECT FROM variants WHERE video_id = ${videoId}::uuid AND name = '360p' FOR UPDATE`;
    await system.apply(progressed(first, 1, 0.5));
  });
  expect(await rowOf(head)).toMatchObject({ fraction: 0.1 });
  expect(await rowOf(head, "360p")).toMatchObject({ fraction: 0 });
  system.passTime(1_000);
  await system.apply(progressed(second, 1, 0.5));
  expect(await rowOf(head, "360p")).toMatchObject({ fraction: 0.2 });
});

test("concurrent reports cause no deadlock while tasks start and end", async () => {
  const { head, tasks } = await seed();
  const workers = [head];
  for (const id of tasks.slice(2)) workers.push(await startTask(system.db, head, id));
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    system.passTime(2_000);
    await Promise.all([
      ...workers.map((video) => system.apply(progressed(video, sequence, sequence / 10))),
      ...workers.map(({ attemptId, ...video }) =>
        system.apply({
          type: "task.started.v1",
          videoId: video.videoId,
          jobId: video.jobId,
          taskId: video.taskId,
          attemptId,
          fencingToken: 0,
          workerId: "worker-1",
          kind: "TRANSCODE",
          at: new Date().toISOString(),
        }),
      ),
    ]);
  }
  // The sums of the last round may have been read before every task of that round was stored.
  system.passTime(2_000);
  await system.apply(progressed(head, 11, 1));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.6 });
});

test("the head of a video that is not split yet counts only for its own duration", async () => {
  const head = await seedRenderingVideo(system.db);
  const { videoId, attemptId } = head;
  await system.db.video.update({ where: { id: videoId }, data: { durationMs: 100_000 } });
  await system.db.variant.updateMany({ where: { videoId }, data: { attemptId } });
  await system.apply(progressed(head, 1, 0.5, { startMs: 0, endMs: 20_000 }));
  expect(await rowOf(head)).toMatchObject({ fraction: 0.1, speed: 2, etaMs: 45_000 });
});

test("the progress of a job with one task is that of the task", async () => {
  const video = await seedRenderingVideo(system.db);
  const { videoId, attemptId } = video;
  await system.db.variant.updateMany({ where: { videoId }, data: { attemptId } });
  await system.apply(progressed(video, 1, 0.5));
  expect(await rowOf(video)).toMatchObject({ fraction: 0.5, frames: 150, speed: 2, etaMs: 30_000 });
});

test("progress that the database did not accept is persisted with the next report, not two seconds later", async () => {
  const video = await seedRenderingVideo(system.db);
  const { videoId, attemptId } = video;
  await system.db.variant.updateMany({ where: { videoId }, data: { attemptId } });
  await system.db.$executeRaw`ALTER TABLE variants RENAME TO variants_away`;
  try {
    await expect(system.apply(progressed(video, 1, 0.5))).rejects.toThrow("variants");
  } finally {
    await system.db.$executeRaw`ALTER TABLE variants_away RENAME TO variants`;
  }
  system.passTime(500);
  await system.apply(progressed(video, 2, 0.51));
  expect(await rowOf(video)).toMatchObject({ fraction: 0.51 });
});

test("a step is stored when it begins, and later with the other figures", async () => {
  const { db } = system;
  const video = await seedRenderingVideo(db);
  const stepOf = async () =>
    (await db.attempt.findUniqueOrThrow({ where: { id: video.attemptId }, select: { step: true } })).step;
  const tell = (sequence: number, index: number, fraction: number) => {
    const { detail, ...report } = progressed(video, sequence, 0);
    const step = { index, count: null, name: "Wait", fraction };
    return system.apply({ ...report, kind: "ANIMATION", detail: { ...detail, step } });
  };
  await tell(1, 0, 0.25);
  await tell(2, 0, 0.5);
  expect(await stepOf()).toMatchObject({ index: 0, fraction: 0.25 });
  await tell(3, 1, 0);
  expect(await stepOf()).toMatchObject({ index: 1, fraction: 0 });
  system.passTime(2_000);
  await tell(4, 1, 0.75);
  expect(await stepOf()).toEqual({ index: 1, count: null, name: "Wait", fraction: 0.75 });
});
