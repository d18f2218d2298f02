import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip } from "../../../render-worker/testing/kit.ts";
import { eventually } from "../../../tests/kit/index.ts";
import { createArrivalWatch } from "./watch-arrivals.ts";

let directory: string;
let clip: string;
/** All of the clip: of a larger file its beginning. */
let enough: number;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-arriving-"));
  clip = await makeClip(
    join(directory, "clip.mp4"),
    "-f lavfi -i testsrc2=size=160x90:rate=10:duration=20 -c:v libx264 -preset ultrafast -movflags +faststart".split(
      " ",
    ),
  );
  enough = (await stat(clip)).size;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const sizeBytes = 100_000_000;

function watch(overrides: Partial<Parameters<typeof createArrivalWatch>[0]> = {}) {
  const told: string[] = [];
  const errors: unknown[] = [];
  const asked: string[] = [];
  const time = { now: 0 };
  const arrivals = createArrivalWatch({
    wish: { headMs: 10_000, longerThanMs: 15_000 },
    path: () => clip,
    sizeOf(uploadId) {
      asked.push(uploadId);
      return Promise.resolve(sizeBytes);
    },
    onHeadThere(uploadId) {
      told.push(uploadId);
      return Promise.resolve();
    },
    onError: (error) => errors.push(error),
    now: () => time.now,
    ...overrides,
  });
  return { arrivals, told, errors, asked, time };
}

test("a long upload is reported once, when its head has arrived, and its size is queried once", async () => {
  const { arrivals, told, asked, time } = watch();
  arrivals.onGrown("a", 0);
  for (const storedBytes of [1_000, 5_000, enough, enough + 1, enough + 2]) {
    time.now += 10_000;
    arrivals.onGrown("a", storedBytes);
  }
  await eventually(() => told.length > 0, "it is reported");
  arrivals.onGrown("a", enough + 3);
  await arrivals[Symbol.asyncDispose]();
  expect({ told, asked }).toEqual({ told: ["a"], asked: ["a"] });
});

test("an upload that is about to complete is reported only when it is overdue", async () => {
  const { arrivals, told, time } = watch({ graceMs: 20, sizeOf: () => Promise.resolve(enough + 1_000) });
  arrivals.onGrown("a", 0);
  time.now = 100;
  arrivals.onGrown("a", enough);
  await eventually(() => told.length > 0, "it is overdue");
  await arrivals[Symbol.asyncDispose]();
  expect(told).toEqual(["a"]);
});

test("an upload that has ended is not reported, nor one whose process stops", async () => {
  const { arrivals, told, time, asked } = watch({ sizeOf: () => Promise.resolve(enough + 1_000) });
  for (const id of ["ended", "stopped"]) arrivals.onGrown(id, 0);
  time.now = 100;
  for (const id of ["ended", "stopped"]) arrivals.onGrown(id, enough);
  arrivals.forget("ended");
  await arrivals[Symbol.asyncDispose]();
  expect(told).toEqual([]);
  arrivals.onGrown("late", enough);
  expect(asked).not.toContain("late");
});

test("an upload without an early start is not read, and an unreadable one is not read again immediately", async () => {
  const missing = join(directory, "missing");
  const { arrivals, told, errors, time } = watch({
    path: () => missing,
    sizeOf: (uploadId) => Promise.resolve(uploadId === "unwanted" ? null : sizeBytes),
  });
  for (const id of ["unwanted", "unread"]) arrivals.onGrown(id, enough);
  await eventually(() => errors.length === 1, "one could not be read");
  await writeFile(missing, Buffer.alloc(10_000_000));
  time.now = 1e6;
  for (const id of ["unwanted", "unread"]) arrivals.onGrown(id, 10_000_000);
  await arrivals[Symbol.asyncDispose]();
  expect({ told, errors: errors.length }).toEqual({ told: [], errors: 1 });
});
