import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeClip } from "../../../render-worker/testing/kit.ts";
import { boundlessTables, box, numbers, replaceBoxes } from "../../../render-worker/testing/mp4-bytes.ts";
import { checkHead } from "./check-head.ts";
import { type HeadScan, type HeadWish, startScan } from "./head-check.ts";

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

/** `reads` receives every read. */
interface Look {
  wish?: HeadWish;
  scan?: HeadScan;
  reads?: [at: number, length: number][];
}

const check = (bytes: Buffer, storedBytes: number, { wish: wished = wish, scan, reads = [] }: Look = {}) =>
  checkHead(
    {
      storedBytes,
      sizeBytes: bytes.length,
      read(at, length) {
        if (at + length > storedBytes)
          throw new Error(`Read to ${at + length}, and ${storedBytes} are stored.`);
        reads.push([at, length]);
        return Promise.resolve(bytes.subarray(at, at + length));
      },
    },
    wished,
    scan,
  );

/** How much of a file must be there: by going on from wait to wait. Null for one that is never begun. */
async function neededShare(bytes: Buffer, wished = wish): Promise<number | null> {
  const scan = startScan();
  for (let stored = 1; stored < bytes.length; ) {
    const found = await check(bytes, stored, { wish: wished, scan });
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
  [
    "a MOV whose audio has samples of one size",
    "pcm.mov",
    [...faststart, "-c:a", "pcm_s16le", "-ar", "48000"],
  ],
  ["Matroska", "clip.mkv", []],
  ["Matroska with small clusters", "small.mkv", ["-cluster_time_limit", "500"]],
  ["a transport stream", "clip.ts", []],
  ["a camera's transport stream", "clip.m2ts", ["-mpegts_m2ts_mode", "1"]],
])("the head of %s can be rendered when a third of the file has arrived", async (_, name, flags) => {
  const share = await neededShare(await clip(name, ...flags));
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.6);
});

test.each([
  ["an MP4 whose index comes last", "last.mp4", []],
  ["a fragmented MP4", "fragments.mp4", ["-movflags", "+frag_keyframe+empty_moov"]],
  ["a live recording without a length", "live.mkv", ["-live", "1"]],
  ["Flash video", "clip.flv", []],
])("%s is not rendered before it is complete", async (_, name, flags) => {
  expect(await neededShare(await clip(name, ...flags))).toBe(null);
});

test("a video that is rendered in one piece is not started before it is complete", async () => {
  const longerThanMs = (seconds + 1) * 1_000;
  for (const [name, ...flags] of [["short.mp4", ...faststart], ["short.mkv"], ["short.ts"]]) {
    expect(await neededShare(await clip(name ?? "", ...flags), { ...wish, longerThanMs })).toBe(null);
  }
});

test("damaged, truncated or unrelated files throw no error, however many bytes have arrived", async () => {
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

/** Files crafted to keep the process busy, which also answers all other requests. */
describe("a file that is expensive to inspect is not started before it is complete", () => {
  const type = box("ftyp", Buffer.from("isom\0\0\0\0isom"));
  const free = box("free");
  const followed = (...start: Buffer[]) => Buffer.concat([...start, box("mdat", Buffer.alloc(30_000_000))]);
  const all = (file: Buffer) => check(file, file.length - 1);

  let moov: Buffer;
  beforeAll(async () => {
    const bytes = await clip("tables.mp4", ...faststart);
    const at = bytes.indexOf("moov", 0, "latin1") - 4;
    moov = bytes.subarray(at, at + bytes.readUInt32BE(at));
  });
  const content = (parent: Buffer) => parent.subarray(8);

  test("because its tracks claim an unlimited number of samples", async () => {
    const at = moov.indexOf("trak", 0, "latin1") - 4;
    const tables = { ...boundlessTables, stsc: numbers(0, 1, 1, 20_000_000, 1), stco: numbers(0, 1, 48) };
    const one = moov.subarray(at, at + moov.readUInt32BE(at));
    const trak = replaceBoxes(one, { ...tables, stss: null, ctts: null });
    const tracks = Array.from({ length: 20_000 }, () => trak);
    expect(await all(followed(type, box("moov", content(moov), ...tracks)))).toEqual({ kind: "NEVER" });
  });

  test("because of the number of boxes in its index", async () => {
    const crowded = (bytes: number) => followed(type, box("moov", Buffer.alloc(bytes, free), content(moov)));
    expect(await all(crowded(8_000))).toEqual({ kind: "THERE" });
    expect(await all(crowded(8_000_000))).toEqual({ kind: "NEVER" });
  });

  test("because of the number of boxes before its index", async () => {
    const crowded = (bytes: number) => followed(type, Buffer.alloc(bytes, free), moov);
    expect(await all(crowded(80))).toEqual({ kind: "THERE" });
    expect(await all(crowded(8_000))).toEqual({ kind: "NEVER" });
  });

  test("because of the length of its title", async () => {
    const mkv = await clip("name.mkv");
    const id = Buffer.from("1549a966", "hex");
    const info = mkv.subarray(0, 4_096).lastIndexOf(id);
    const lengthBytes = 64 * 1024 * 1024;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(2n ** 56n + BigInt(lengthBytes));
    const name = Buffer.concat([id, length, Buffer.alloc(lengthBytes)]);
    const long = Buffer.concat([mkv.subarray(0, info), name, mkv.subarray(info)]);
    const reads: Look["reads"] = [];
    expect(await check(long, long.length - 1, { reads })).toEqual({ kind: "NEVER" });
    expect(Math.max(...reads.map(([, length]) => length))).toBeLessThanOrEqual(4_096);
  });
});

test("a file that arrives in small pieces is scanned once", async () => {
  const mp4 = await clip("pieces.mp4", ...faststart);
  const room = Array.from({ length: 90 }, () => box("free", Buffer.alloc(992)));
  const moovAt = mp4.indexOf("moov", 0, "latin1") - 4;
  const files = [
    Buffer.concat([mp4.subarray(0, moovAt), ...room, mp4.subarray(moovAt)]),
    await clip("pieces.mkv", "-cluster_time_limit", "200"),
  ];
  for (const bytes of files) {
    const reads: [number, number][] = [];
    const scan = startScan();
    let found = await check(bytes, 4_096, { scan, reads });
    while (found.kind === "WAITS") found = await check(bytes, found.bytes, { scan, reads });
    expect(found).toEqual({ kind: "THERE" });
    const places = reads.map(([at]) => at).filter((at) => at > 0);
    expect(new Set(places).size).toBeGreaterThan(50);
    // Again only where the beginning of something was there, and its end was not.
    expect(places.length).toBeLessThanOrEqual(2 * new Set(places).size);
  }
});
