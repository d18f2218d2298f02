import { platform } from "node:os";
import { join } from "node:path";
import { memoryUsage } from "node:process";
import type { Message, WorkerSeen } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "./ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory } from "./testing/kit.ts";

const mib = 1024 ** 2;

/** What a worker must be given so that about so much is left for ffmpeg: the share that stays free, itself, and what runs beside. */
const memoryFor = (bytes: number): number => Math.ceil((bytes + memoryUsage.rss() + 64 * mib) / 0.85);

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let clip: string;
let longClip: string;
let largeClip: string;

beforeAll(async () => {
  clips = await temporaryDirectory();
  const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
  clip = await makeClip(
    join(clips.path, "clip.mp4"),
    words(`-f lavfi -i testsrc2=s=640x360:r=30:d=2 ${h264}`),
  );
  // Long enough to be met in the middle of its render.
  longClip = await makeClip(
    join(clips.path, "long.mp4"),
    words(`-f lavfi -i testsrc2=s=640x360:r=30:d=40 ${h264}`),
  );
  largeClip = await makeClip(
    join(clips.path, "large.mp4"),
    words(`-f lavfi -i testsrc2=s=1920x1080:r=30:d=0.4 -f lavfi -i sine=d=0.4 ${h264} -c:a aac`),
  );
});
afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

const someWaits = (message: Message): message is WorkerSeen =>
  message.type === "worker.seen.v1" && message.attempts.some(({ waitsForMemory }) => waitsForMemory === true);

test("a worker says how much it may use, and each end what its programs used", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(2_000 * mib) });
  const end = await worker.end(await worker.request(clip));
  const [seen] = worker.messaging.ofType("worker.seen.v1");
  expect(seen?.memoryBytes).toBe(worker.config.memoryBytes);
  expect(seen?.cpus).toBeGreaterThan(0);
  expect(end.usage?.wallSeconds).toBeGreaterThan(0);
  expect(end.usage?.cpuSeconds).toBeGreaterThan(0);
  expect(end.usage?.peakMemoryBytes).toBeGreaterThan(20 * mib);
});

describe("tasks that do not fit side by side", () => {
  // Each of them takes about 130 MiB.
  const options = () => ({ slots: 2, memoryBytes: memoryFor(200 * mib) });

  test("are done one after the other: the second has its slot, says that it waits, and is done", async () => {
    await using worker = await startWorker(options());
    const [first, second] = [await worker.request(longClip), await worker.request(clip)];
    const { attempts } = await worker.messaging.until(someWaits);
    expect(attempts).toHaveLength(2);
    const ends = [await worker.end(first), await worker.end(second)];
    expect(ends.map(({ type }) => type)).toEqual(["render.completed.v1", "render.completed.v1"]);
    expect(
      worker.messaging
        .ofType("worker.seen.v1")
        .at(-1)
        ?.attempts.some(({ waitsForMemory }) => waitsForMemory),
    ).toBe(false);
  });

  test("and a cancel reaches the one that waits", async () => {
    await using worker = await startWorker(options());
    const tasks = [await worker.request(longClip), await worker.request(longClip)];
    const { attempts } = await worker.messaging.until(someWaits);
    const waiting = attempts.find(({ waitsForMemory }) => waitsForMemory);
    await worker.messaging.control({
      type: "render.cancel-requested.v1",
      taskId: waiting?.taskId ?? "",
      attemptId: waiting?.attemptId ?? "",
      workerId: worker.config.workerId,
      reason: "CANCELED",
      requestedAt: new Date().toISOString(),
    });
    const canceled = tasks.find(({ taskId }) => taskId === waiting?.taskId);
    if (!canceled) throw new Error("the waiting attempt is of one of the tasks");
    expect(await worker.end(canceled)).toMatchObject({ type: "render.stopped.v1", outcome: "CANCELED" });
  });
});

test("what does not fit all at once is made in several passes, and nobody sees a difference", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(470 * mib) });
  const end = await worker.end(await worker.request(largeClip));
  expect(end).toMatchObject({
    type: "render.completed.v1",
    state: { audio: { playlist: { isComplete: true } } },
  });
  const made = end.state.variants.filter(({ status }) => status === "READY");
  expect(made.map(({ name }) => name)).toEqual(["144p", "240p", "360p", "480p", "540p", "720p", "1080p"]);
  if (platform() === "linux") expect(end.usage?.peakMemoryBytes).toBeLessThan(470 * mib);
});

test("what never fits goes elsewhere, with what it would need, and has touched nothing", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(30 * mib) });
  const task = await worker.request(clip);
  const end = await worker.end(task);
  expect(end).toMatchObject({
    type: "render.failed.v1",
    outcome: "FAILED",
    error: { code: "NEEDS_MORE_MEMORY", scope: "WORKER", retriable: true },
  });
  if (end.type !== "render.failed.v1") return;
  expect(end.needsMemoryBytes).toBeGreaterThan(worker.config.memoryBytes ?? 0);
  expect(await worker.store.keys(`videos/${task.videoId}/attempts/`)).toEqual([]);
});

test("a task that another worker found too large is handed back without a look at its source", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(500 * mib) });
  const needsMemoryBytes = 64 * 1024 * mib;
  const source = { kind: "object", key: "videos/none/source/none" } as const;
  const end = await worker.end(await worker.request(clip, { needsMemoryBytes, source }));
  expect(end).toMatchObject({
    type: "render.failed.v1",
    error: { code: "NEEDS_MORE_MEMORY" },
    needsMemoryBytes,
  });
});
