import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip } from "../../../render-worker/testing/kit.ts";
import { checkHead } from "./check-head.ts";
import type { HeadWish } from "./head-check.ts";

const seconds = 30;
const wish: HeadWish = { headMs: 10_000, longerThanMs: 15_000 };

let directory: string;
let encoded: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-arriving-"));
  const inputs = `-f lavfi -i testsrc2=size=640x360:rate=15:duration=${seconds} -f lavfi -i sine=duration=${seconds}`;
  encoded = await makeClip(
    join(directory, "encoded.mkv"),
    `${inputs} -c:v libx264 -preset ultrafast -g 30 -c:a aac`.split(" "),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const clip = async (name: string, ...flags: string[]): Promise<Buffer> =>
  await readFile(await makeClip(join(directory, name), ["-i", encoded, "-c", "copy", ...flags]));

const check = (bytes: Buffer, storedBytes: number, wished = wish) =>
  checkHead(
    {
      storedBytes,
      sizeBytes: bytes.length,
      read(at, length) {
        if (at + length > storedBytes)
          throw new Error(`Read to ${at + length}, and ${storedBytes} are stored.`);
        return Promise.resolve(bytes.subarray(at, at + length));
      },
    },
    wished,
  );

/** How much of a file must be there: by going on from wait to wait. Null for one that is never begun. */
async function neededShare(bytes: Buffer, wished = wish): Promise<number | null> {
  for (let stored = 1; stored < bytes.length; ) {
    const found = await check(bytes, stored, wished);
    if (found.kind === "NEVER") return null;
    if (found.kind === "THERE") return stored / bytes.length;
    expect(found.bytes).toBeGreaterThan(stored);
    stored = found.bytes;
  }
  return null;
}

const faststart = ["-movflags", "+faststart"];

test.each([
  ["an MP4 whose index comes first", "first.mp4", faststart],
  ["a MOV whose index comes first", "first.mov", faststart],
  ["Matroska", "clip.mkv", []],
  ["WebM's cousin with small clusters", "small.mkv", ["-cluster_time_limit", "500"]],
  ["a transport stream", "clip.ts", []],
  ["a transport stream of a camera", "clip.m2ts", ["-mpegts_m2ts_mode", "1"]],
])("the head of %s is there when a third of it is", async (_, name, flags) => {
  const share = await neededShare(await clip(name, ...flags));
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.6);
});

test.each([
  ["an MP4 whose index comes last", "last.mp4", []],
  ["an MP4 of fragments", "fragments.mp4", ["-movflags", "+frag_keyframe+empty_moov"]],
  ["a recording of no stated length", "live.mkv", ["-live", "1"]],
  ["Flash video", "clip.flv", []],
])("%s is not begun before it is whole", async (_, name, flags) => {
  expect(await neededShare(await clip(name, ...flags))).toBe(null);
});

test("a video that is made in one piece is not begun before it is whole", async () => {
  const longerThanMs = (seconds + 1) * 1_000;
  for (const [name, ...flags] of [["short.mp4", ...faststart], ["short.mkv"], ["short.ts"]]) {
    expect(await neededShare(await clip(name ?? "", ...flags), { ...wish, longerThanMs })).toBe(null);
  }
});

test("files that are damaged, cut or none at all throw nothing, whatever is there of them", async () => {
  const good = [await clip("good.mp4", ...faststart), await clip("good.mkv"), await clip("good.ts")];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (const bytes of good) {
    for (let round = 0; round < 60; round += 1) {
      const odd = Buffer.from(bytes);
      for (let hit = 0; hit < 20; hit += 1) odd[random(6_000)] = random(256);
      const found = await check(odd, 5_000 + random(odd.length - 5_000));
      expect(["THERE", "WAITS", "NEVER"]).toContain(found.kind);
    }
  }
  expect(await check(Buffer.alloc(100_000, "no video"), 50_000)).toEqual({ kind: "NEVER" });
});
