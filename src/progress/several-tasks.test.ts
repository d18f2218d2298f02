/** What viewers see of a long video whose head and chunks render concurrently on many workers. */
import { randomUUID } from "node:crypto";
import type { TaskProgressed } from "@reelay/contracts";
import * as fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLiveProgress } from "./create-live-progress.ts";
import { isNewer, type Position } from "./cursor.ts";
import type { VideoSnapshot } from "./live-progress.ts";
import type { LoadedVideo } from "./loaded-video.ts";
import { createProgressTable } from "./progress-table.ts";
import { createMessagingDouble } from "./testing/messaging-double.ts";
import { progressed, type RenderingVideo, seedRenderingVideo } from "./testing/rendering-video.ts";
import { endTask, splitJob, startTask } from "./testing/split-video.ts";
import { createTestDatabase, type TestDatabase } from "./testing/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function watch(video: RenderingVideo) {
  const broker = createMessagingDouble();
  const live = await createLiveProgress({
    db: database.db,
    messaging: broker.messaging,
    databaseUrl: database.url,
    apiId: randomUUID(),
    log: pino({ level: "silent" }),
    tickIntervalMs: 0,
    pollIntervalMs: 600_000,
  });
  const stop = new AbortController();
  const { workspaceId, videoId } = video;
  const iterator = (await live.watch({ workspaceId, videoId }, stop.signal))[Symbol.asyncIterator]();
  return {
    live,
    publish: (report: TaskProgressed) => broker.messaging.publish(report),
    /** Reads on until a snapshot fits. */
    async until(fits: (first: VideoSnapshot["variants"][number]) => boolean) {
      for (;;) {
        const { value } = await iterator.next();
        const [first] = (value as VideoSnapshot).variants;
        if (first && fits(first)) return first;
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await live[Symbol.asyncDispose]();
    },
  };
}

test("a variant's fraction sums all its tasks, and its speed sums the running ones", async () => {
  const { db } = database;
  const head = await seedRenderingVideo(db);
  const [one = "", two = ""] = await splitJob(db, head);
  const first = await startTask(db, head, one);
  const second = await startTask(db, head, two);
  await using viewer = await watch(head);
  await viewer.until(() => true);
  await viewer.publish(progressed(head, 1, 1));
  await viewer.publish(progressed(first, 1, 0.5));
  await viewer.publish(progressed(second, 1, 0.25));
  const shown = await viewer.until(({ frames }) => frames === 300 + 150 + 75);
  expect(shown).toMatchObject({ fraction: 0.35, fps: 180, speed: 6, sizeBytes: 1_750n });
  expect(shown.etaMs).toBe(Math.round(65_000 / 6));
  // The head is done, and its worker reports no more.
  await endTask(db, head, "COMPLETED");
  expect(await viewer.until(({ speed }) => speed === 4)).toMatchObject({ fraction: 0.35, etaMs: 16_250 });
});

test("a lost chunk does not decrease progress, and its next attempt counts once it gets further", async () => {
  const { db } = database;
  const head = await seedRenderingVideo(db);
  const [one = ""] = await splitJob(db, head);
  await endTask(db, head, "COMPLETED");
  const first = await startTask(db, head, one);
  await using viewer = await watch(head);
  expect(await viewer.until(() => true)).toMatchObject({ fraction: 0.2, etaMs: null });
  await viewer.publish(progressed(first, 9, 0.5));
  await viewer.until(({ fraction }) => fraction === 0.3);
  await endTask(db, first, "LOST");
  const second = await startTask(db, head, one, 2);
  await viewer.publish(progressed(second, 1, 0.1));
  expect(await viewer.until(({ fps }) => fps === 60)).toMatchObject({ fraction: 0.3, frames: 150 });
  await viewer.publish(progressed(second, 2, 0.9));
  await viewer.until(({ fraction }) => fraction === 0.38);
  await endTask(db, second, "COMPLETED");
  await viewer.until(({ fraction }) => fraction === 0.4);
});

test("the head of a video that is not split yet counts only for its own duration", async () => {
  const { db } = database;
  const head = await seedRenderingVideo(db);
  await db.video.update({ where: { id: head.videoId }, data: { durationMs: 100_000 } });
  await using viewer = await watch(head);
  await viewer.until(() => true);
  const span = { startMs: 0, endMs: 20_000 };
  await viewer.publish(progressed(head, 1, 0.5, span));
  expect(await viewer.until(({ fraction }) => fraction > 0)).toMatchObject({ fraction: 0.1, etaMs: 45_000 });
  await splitJob(db, head);
  await viewer.publish(progressed(head, 2, 0.75, span));
  expect(await viewer.until(({ fraction }) => fraction > 0.1)).toMatchObject({ fraction: 0.15 });
});

test("a query returns live values for a watched video and the row's values for others", async () => {
  const { db } = database;
  const head = await seedRenderingVideo(db);
  const [one = ""] = await splitJob(db, head);
  const first = await startTask(db, head, one);
  const variant = ({ live }: Awaited<ReturnType<typeof watch>>) =>
    live.variant(head.videoId, head.attemptId, "144p");
  await using viewer = await watch(head);
  await viewer.until(() => true);
  await viewer.publish(progressed(first, 1, 0.5));
  await viewer.publish(progressed(head, 1, 0.5));
  await viewer.until(({ fraction }) => fraction === 0.2);
  expect(variant(viewer)).toMatchObject({ fraction: 0.2, speed: 4 });
  await using other = await watch(await seedRenderingVideo(db));
  await other.publish(progressed(first, 1, 0.5));
  await other.publish(progressed(head, 1, 0.5));
  expect(variant(other)).toBeUndefined();
});

// What is shown, in any order of events
// ------------------------------------------------------------------------------------------------

const ref = { workspaceId: randomUUID(), videoId: randomUUID(), jobId: randomUUID() };
const spanMs = 1_000;
const taskIds = Array.from({ length: 4 }, () => randomUUID());

/** What the database knows of one task. */
interface TaskRow {
  taskId: string;
  attemptIds: string[];
  isDone: boolean;
  /** The most that was kept. */
  fraction: number;
}

/** The video as the database has it. */
function loaded(tasks: readonly TaskRow[], revision: number): LoadedVideo {
  const variant = { name: "144p", status: "RENDERING", fraction: 0, frames: 0, sizeBytes: 0n };
  const row = { id: ref.videoId, revision, durationMs: tasks.length * spanMs, variants: [variant] };
  const open = tasks.filter(({ isDone }) => !isDone);
  const shares = tasks.map(({ attemptIds, isDone, fraction }) => ({
    jobId: ref.jobId,
    name: "144p",
    attemptId: isDone ? null : (attemptIds.at(-1) ?? null),
    spanMs,
    doneMs: (isDone ? 1 : fraction) * spanMs,
    frames: fraction * 300,
    sizeBytes: fraction * 1_000,
    fps: null,
    speed: null,
  }));
  const none = { progressSequence: 0, step: null };
  const holders = open.map(({ attemptIds }) => Object.assign({ id: attemptIds.at(-1) ?? "" }, none));
  return { row: row as unknown as LoadedVideo["row"], jobId: ref.jobId, holders, shares };
}

test("loss, repetition, delay and restarts decrease no value that a viewer sees, and progress ends at 1", () => {
  const task = fc.nat(3);
  const steps = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant("hear" as const),
          task,
          again: fc.nat(2),
          sequence: fc.integer({ min: 1, max: 20 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constantFrom("lose" as const, "end" as const, "keep" as const), task }),
      },
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const table = createProgressTable({ maxVideos: 10, now: () => 0, isWatched: () => true });
      const rows: TaskRow[] = taskIds.map((taskId) => ({
        taskId,
        attemptIds: [randomUUID()],
        isDone: false,
        fraction: 0,
      }));
      let revision = 1;
      let before: { variant: VideoSnapshot["variants"][number] | undefined; position: Position } | undefined;
      const show = () => {
        const { snapshot, position } = table.overlay(loaded(rows, revision));
        const variant = snapshot.variants[0];
        if (before) {
          expect(variant?.fraction).toBeGreaterThanOrEqual(before.variant?.fraction ?? 0);
          expect(variant?.frames).toBeGreaterThanOrEqual(before.variant?.frames ?? 0);
          expect(isNewer(before.position, position)).toBe(false);
        }
        before = { variant, position };
        return variant;
      };
      for (const step of all) {
        const row = rows[step.task];
        if (row === undefined) continue;
        if (step.do === "hear") {
          // Of any attempt of the task, also of one that has lost its lease.
          const attemptId = row.attemptIds.at(-1 - step.again) ?? row.attemptIds[0] ?? "";
          const video = { ...ref, taskId: row.taskId, attemptId };
          table.hear(progressed(video, step.sequence, step.sequence / 20));
        }
        if (step.do === "keep" && !row.isDone) row.fraction = Math.max(row.fraction, 0.3);
        if (step.do === "lose" && !row.isDone) row.attemptIds.push(randomUUID());
        if (step.do === "end") row.isDone = true;
        if (step.do === "lose" || step.do === "end") revision += 1;
        show();
      }
      for (const row of rows) row.isDone = true;
      revision += 1;
      expect(show()?.fraction).toBe(1);
    }),
  );
});
