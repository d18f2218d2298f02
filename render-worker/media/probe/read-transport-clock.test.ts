import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import { words } from "../ffmpeg/words.ts";
import { readTransportClock } from "./read-transport-clock.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const signal = new AbortController().signal;

/** Three seconds of a transport stream whose clock starts there. */
async function stream(startSeconds: number, options = ""): Promise<Buffer> {
  const path = join(clips.path, `${startSeconds}${options}.ts`);
  await makeClip(
    path,
    words(
      `-f lavfi -i testsrc2=s=160x90:r=25:d=3 -c:v libx264 -preset ultrafast -output_ts_offset ${startSeconds} ${options} -f mpegts`,
    ),
  );
  return await readFile(path);
}

const inMemory = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  isAtHand: () => true,
  async *read(start: number, end: number) {
    yield bytes.subarray(start, end);
  },
});

test.each([
  ["continues", 0, "", false],
  ["continues, with a timestamp before each packet", 0, "-mpegts_m2ts_mode 1", false],
  ["restarts", 100, "", true],
  ["restarts, with a timestamp before each packet", 100, "-mpegts_m2ts_mode 1", true],
])("a clock that %s", async (_what, startSeconds, options, isJumping) => {
  const first = await stream(startSeconds, options);
  const second = await stream(isJumping ? 0 : startSeconds + 3, options);
  const clock = await readTransportClock(inMemory(Buffer.concat([first, second])), false, signal);
  expect(clock.isJumping).toBe(isJumping);
  expect(clock.seconds).toBeCloseTo(isJumping ? 5.8 : 5.9, 0);
});

test("a recording whose clock restarts has a plausible length and is rendered whole", async () => {
  const path = join(clips.path, "restart.ts");
  await writeFile(path, Buffer.concat([await stream(100), await stream(0)]));
  await using worker = await startWorker();
  const task = await worker.request(path, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
  const end = await worker.end(task);
  expect(end).toMatchObject({ type: "task.completed.v1" });
  expect(end.result.split).toBeUndefined();
  expect(end.result.variants.at(0)?.playlist?.durationMs).toBeCloseTo(6_000, -2);
});
