import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** 12 s; players play it as it is if its key frames are close together. */
const clip = (name: string, options: string) =>
  makeClip(
    join(system.directory, name),
    words(
      `-f lavfi -i testsrc2=s=640x360:r=30:d=12 -f lavfi -i sine=440:d=12 -c:v libx264 -preset ultrafast -pix_fmt yuv420p ${options} -c:a aac -ac 2`,
    ),
  );

/** A worker with one slot and express slots, which stores no encoded segment before it is released. */
async function startBusyWorker(expressSlots = 1) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const hold = (key: string) => (/\/\d+p\//.test(key) ? released : Promise.resolve());
  const worker = await system.startWorker({ expressSlots }, (store) => ({
    ...store,
    async put(key, ...rest) {
      await hold(key);
      return await store.put(key, ...rest);
    },
    async adopt(key, ...rest) {
      await hold(key);
      return await store.adopt(key, ...rest);
    },
  }));
  return { release, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

const plays = ({ status }: { status: string }) => ["PLAYABLE", "READY", "FAILED"].includes(status);

const attemptsOf = async (id: string) => {
  const { jobs } = await system.client.video(id);
  return jobs.edges[0].node.tasks.flatMap(({ attempts }: { attempts: object[] }) => attempts);
};

/** Address of the copy of the source, as the master playlist has it. */
const copyOf = async (id: string) => {
  const { playback } = await system.client.video(id);
  return /^.*\/source\/index\.m3u8$/m.exec(await (await fetch(playback.hlsUrl)).text())?.[0];
};

/** Uploads a video whose encode takes the only slot. */
async function fillSlot(): Promise<string> {
  const id = await system.client.upload(await clip("first.mp4", "-g 60"));
  await eventually(async () => (await attemptsOf(id)).length === 1, "the first video has the slot");
  return id;
}

test("a new video plays although the only slot is taken, and is encoded once the slot is free", async () => {
  await using worker = await startBusyWorker();
  const first = await fillSlot();
  const second = await system.client.upload(await clip("second.mp4", "-g 60"));
  expect((await system.client.watch(second, plays)).at(-1)).toMatchObject({ status: "PLAYABLE" });
  const early = await copyOf(second);
  expect(early).toBeDefined();
  expect(await attemptsOf(first)).toMatchObject([{ outcome: null }]);
  await eventually(
    async () => (await attemptsOf(second))[0].outcome === "INTERRUPTED",
    "the copy's attempt has ended",
  );

  worker.release();
  expect((await system.client.watch(second)).at(-1)).toMatchObject({ status: "READY" });
  expect((await system.client.watch(first)).at(-1)).toMatchObject({ status: "READY" });
  expect(await attemptsOf(first)).toMatchObject([{ outcome: "COMPLETED" }]);
  expect(await attemptsOf(second)).toMatchObject([{ outcome: "INTERRUPTED" }, { outcome: "COMPLETED" }]);
  // Viewers go on with the copy that they began with.
  expect(await copyOf(second)).toBe(early);
});

test("a new video that cannot be copied is encoded beside the full slot, and a third one waits", async () => {
  await using worker = await startBusyWorker();
  const first = await fillSlot();
  const second = await system.client.upload(await clip("second.mp4", "-g 1000"));
  await eventually(async () => (await attemptsOf(second)).length === 1, "the second video has begun");
  const third = await system.client.upload(await clip("third.mp4", "-g 60"));
  await eventually(
    async () => (await system.client.video(third)).jobs.edges[0].node.queuePosition === 1,
    "the third video waits",
  );
  expect(await attemptsOf(third)).toEqual([]);

  worker.release();
  for (const id of [first, second, third])
    expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY" });
  expect(await attemptsOf(second)).toMatchObject([{ outcome: "COMPLETED" }]);
});
