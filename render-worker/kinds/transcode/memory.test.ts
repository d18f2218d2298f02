import { platform } from "node:os";
import { join } from "node:path";
import { memoryUsage } from "node:process";
import { type Message, SOURCE_VARIANT_NAME, type WorkerSeen } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { ProgramUsage } from "../../programs/program-usage.ts";
import { defaultProfile, fullTools, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import { make } from "../../testing/short-renders.ts";

const mib = 1024 ** 2;

/**
 * Memory limit of a worker that leaves about this much for ffmpeg: plus the reserve, its own memory and its
 * growth.
 */
const memoryFor = (bytes: number, slots = 1): number =>
  Math.ceil((bytes + memoryUsage.rss() + (32 + 32 * slots) * mib) / 0.85);

const builds = await fullTools();
/** Its ffprobe takes more memory for large covers than npm's. */
const [systemTools] = builds;

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
  // Long enough to be observed during its render.
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

const isSeveral = (passes: unknown): boolean => Number(passes) > 1;

const someWaits = (message: Message): message is WorkerSeen =>
  message.type === "worker.seen.v1" && message.attempts.some(({ waitsForMemory }) => waitsForMemory === true);

test("a worker reports its memory limit, and each end of an attempt reports the usage of its programs", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(2_000 * mib) });
  const end = await worker.end(await worker.request(clip));
  const [seen] = worker.messaging.ofType("worker.seen.v1");
  expect(seen?.offer.memoryBytes).toBe(worker.config.memoryBytes);
  expect(seen?.offer.cpus).toBeGreaterThan(0);
  expect(end.usage?.wallSeconds).toBeGreaterThan(0);
  expect(end.usage?.cpuSeconds).toBeGreaterThan(0);
  expect(end.usage?.peakMemoryBytes).toBeGreaterThan(20 * mib);
  // Memory was available, so nothing waited.
  expect(worker.logged("memory.awaited")).toEqual([]);
});

describe("tasks that together exceed the memory", () => {
  // Each uses about 130 MiB, and the copy beside it 90.
  const options = () => ({ slots: 2, memoryBytes: memoryFor(200 * mib, 2) });

  test("run one after the other, and the second holds its slot and reports that it waits for memory", {
    timeout: 240_000,
  }, async () => {
    await using worker = await startWorker(options());
    const [first, second] = [await worker.request(longClip), await worker.request(clip)];
    const { attempts } = await worker.messaging.until(someWaits);
    expect(attempts).toHaveLength(2);
    const ends = [await worker.end(first), await worker.end(second)];
    expect(ends.map(({ type }) => type)).toEqual(["task.completed.v1", "task.completed.v1"]);
    expect(
      worker.messaging
        .ofType("worker.seen.v1")
        .at(-1)
        ?.attempts.some(({ waitsForMemory }) => waitsForMemory),
    ).toBe(false);
  });

  test("can be canceled while they wait", async () => {
    await using worker = await startWorker(options());
    const tasks = [await worker.request(longClip), await worker.request(longClip)];
    const { attempts } = await worker.messaging.until(someWaits);
    const waiting = attempts.find(({ waitsForMemory }) => waitsForMemory);
    await worker.messaging.control({
      type: "task.cancel-requested.v1",
      taskId: waiting?.taskId ?? "",
      attemptId: waiting?.attemptId ?? "",
      workerId: worker.config.workerId,
      reason: "CANCELED",
      requestedAt: new Date().toISOString(),
    });
    const canceled = tasks.find(({ taskId }) => taskId === waiting?.taskId);
    if (!canceled) throw new Error("the waiting attempt is of one of the tasks");
    expect(await worker.end(canceled)).toMatchObject({ type: "task.stopped.v1", outcome: "CANCELED" });
  });
});

test("a storyboard is rendered beside the video if both fit into memory, and otherwise after it", async () => {
  const renderLast = async (memoryBytes: number) => {
    await using worker = await startWorker({ memoryBytes });
    const part = { kind: "HEAD", wholeUpToMs: 1_000, headMs: 1_000 } as const;
    const head = await make(worker, clip, { part, profile: defaultProfile });
    const ladder = head.variants.filter(({ status }) => status === "RENDERING");
    const before = worker.logged("memory.reserved").length;
    const state = await make(worker, clip, {
      part: { kind: "CHUNK", startMs: 1_000, endMs: null },
      ...{ ladder, profile: defaultProfile, storyboard: true },
    });
    expect(state.storyboard?.spriteKeys).toHaveLength(1);
    const reserved = worker.logged("memory.reserved").slice(before);
    const bytesOf = (name: string) =>
      Math.max(...reserved.flatMap(({ program, bytes }) => (program === name ? [Number(bytes)] : [])));
    const both = { render: bytesOf("render"), storyboard: bytesOf("storyboard") };
    const most = Math.max(...reserved.map(({ reservedBytes }) => Number(reservedBytes)));
    return { ...both, isBeside: most >= both.render + both.storyboard };
  };
  const roomy = await renderLast(memoryFor(2_000 * mib));
  expect(roomy.isBeside).toBe(true);
  const tight = await renderLast(memoryFor(roomy.render + roomy.storyboard / 2));
  expect(tight).toEqual({ ...roomy, isBeside: false });
});

test("a render that exceeds the memory in one pass takes several and completes all variants", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(470 * mib) });
  const end = await worker.end(await worker.request(largeClip));
  expect(end).toMatchObject({
    type: "task.completed.v1",
    result: { audio: { playlist: { isComplete: true } } },
  });
  expect(worker.logged("memory.planned").map(({ passes }) => passes)).toContainEqual(
    expect.toSatisfy(isSeveral),
  );
  const made = end.result.variants.filter(({ status }) => status === "READY");
  expect(made.map(({ name }) => name)).toEqual(["144p", "240p", "360p", "480p", "540p", "720p", "1080p"]);
  if (platform() === "linux") expect(end.usage?.peakMemoryBytes).toBeLessThan(470 * mib);
});

test("one source's memory need does not inflate other estimates", { timeout: 240_000 }, async () => {
  const covered = await makeClip(join(clips.path, "covered.mkv"), [
    ...words("-f lavfi -i testsrc2=s=64x36:r=10:d=1 -f lavfi -i color=s=5600x5600:r=1:d=1"),
    ...words("-map 0 -map 1 -c:v:0 libx264 -preset ultrafast -pix_fmt:v:0 yuv420p"),
    ...words(
      "-c:v:1 png -compression_level:v:1 1 -pix_fmt:v:1 rgba64be -frames:v:1 1 -disposition:v:1 attached_pic",
    ),
  ]);
  await using worker = await startWorker({ memoryBytes: memoryFor(2_000 * mib) }, systemTools);
  const planned = async () => {
    expect(await worker.end(await worker.request(clip))).toMatchObject({ type: "task.completed.v1" });
    return worker.logged("memory.planned").at(-1)?.["bytes"];
  };
  const before = await planned();
  const end = await worker.end(await worker.request(covered));
  expect(end.type).toBe("task.completed.v1");
  // Its probe exceeded the usual limit of 256 MiB. The usage is sampled, and such short programs may lack a
  // sample.
  expect(worker.logged("probe.repeated")).toHaveLength(1);
  // Every program that opens it also decodes its second picture of 239 MiB.
  expect(worker.logged("memory.planned").at(-1)?.["bytes"]).toBeGreaterThan((80 + 239) * mib);
  // Its own renders count, too, but little.
  expect(await planned()).toBeLessThan(Number(before) * 1.1);
  // A worker that cannot even probe it reports that.
  await using small = await startWorker({ memoryBytes: memoryFor(200 * mib) }, systemTools);
  expect(await small.end(await small.request(covered))).toMatchObject({
    error: { code: "NEEDS_MORE_MEMORY" },
    needsMemoryBytes: expect.toSatisfy((bytes: number) => bytes > 2_048 * mib),
  });
});

test("a task that never fits fails as retriable with the memory it needs, and leaves no output", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(30 * mib) });
  const task = await worker.request(clip);
  const end = await worker.end(task);
  expect(end).toMatchObject({
    type: "task.failed.v1",
    outcome: "FAILED",
    error: { code: "NEEDS_MORE_MEMORY", scope: "WORKER", retriable: true },
  });
  if (end.type !== "task.failed.v1") return;
  expect(end.needsMemoryBytes).toBeGreaterThan(worker.config.memoryBytes ?? 0);
  expect(await worker.store.keys(`videos/${task.videoId}/attempts/`)).toEqual([]);
});

test("a task too large according to another worker is returned without opening its source", async () => {
  await using worker = await startWorker({ memoryBytes: memoryFor(500 * mib) });
  const needsMemoryBytes = 64 * 1024 * mib;
  const requirements = { version: 1, runtime: "ffmpeg", memoryBytes: needsMemoryBytes } as const;
  const source = { kind: "object", key: "videos/none/source/none" } as const;
  const end = await worker.end(await worker.request(clip, { requirements, source }));
  expect(end).toMatchObject({
    type: "task.failed.v1",
    error: { code: "NEEDS_MORE_MEMORY" },
    needsMemoryBytes,
  });
});

const tools = builds.map((each) => [each.ffmpeg.version, each] as const);

describe.each(tools)("concurrent tasks in three slots, with ffmpeg %s", (_version, itsTools) => {
  const slots = 3;
  const profile = {
    ...defaultProfile,
    rungs: defaultProfile.rungs.map((rung) => ({ ...rung, minVmaf: 10 })),
    audio: { ...defaultProfile.audio, loudness: { targetLufs: -20 } },
    download: { height: 240 },
  };
  const capacity = 700 * mib;
  const all = new ProgramUsage();
  let worker: Awaited<ReturnType<typeof startWorker>>;
  let ends: Awaited<ReturnType<typeof worker.end>>[];
  beforeAll(async () => {
    worker = await all.around(() =>
      startWorker({ slots, memoryBytes: memoryFor(capacity, slots) }, itsTools),
    );
    const sources = [clip, largeClip, clip, largeClip];
    const tasks = await Promise.all(
      sources.map((source) => worker.request(source, { profile, storyboard: true })),
    );
    ends = await Promise.all(tasks.map((task) => worker.end(task)));
  }, 300_000);
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    all[Symbol.dispose]();
  });

  test("every task completes, and each variant is measured", () => {
    for (const end of ends) {
      if (end.type !== "task.completed.v1") throw new Error(JSON.stringify(end));
      const made = end.result.variants.flatMap(({ name, status }) => (status === "READY" ? [name] : []));
      const encoded = made.filter((name) => name !== SOURCE_VARIANT_NAME);
      expect(Object.keys(end.account?.quality ?? {}).toSorted()).toEqual(encoded.toSorted());
    }
  });

  test("reserved memory never exceeds the capacity", () => {
    const reserved = worker.logged("memory.reserved");
    expect(new Set(reserved.map(({ program }) => program))).toEqual(
      new Set(["probe", "first-picture", "remux", "render", "comparison", "download", "storyboard"]),
    );
    for (const { reservedBytes, capacityBytes } of reserved)
      expect(Number(reservedBytes)).toBeLessThanOrEqual(Number(capacityBytes));
  });

  test.runIf(platform() === "linux")("no program uses more than 110% of its reserved memory", () => {
    const returned = worker
      .logged("memory.returned")
      .filter(({ peakMemoryBytes }) => peakMemoryBytes !== null);
    // Short programs may end before their first sample; a render takes seconds.
    expect(new Set(returned.map(({ program }) => program))).toContain("render");
    const over = returned.filter(
      ({ bytes, peakMemoryBytes }) => Number(peakMemoryBytes) > 1.1 * Number(bytes),
    );
    expect(over).toEqual([]);
  });

  test.runIf(platform() === "linux")("the peak memory of all programs stays below the capacity", () => {
    const held = all.read()?.peakMemoryBytes ?? 0;
    expect(held).toBeGreaterThan(capacity / 4);
    expect(held).toBeLessThan(capacity);
  });
});
