import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../../media/ffmpeg/words.ts";
import { createBlockReader } from "../../../media/source/block-reader.ts";
import type { SourceReader } from "../../../media/source/source-reader.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { makeClip, temporaryDirectory } from "../../../testing/kit.ts";
import { MemoryRanges } from "../../../testing/memory-reader.ts";
import { boundlessTables, box, numbers, replaceBoxes } from "../../../testing/mp4-bytes.ts";
import { readMp4Index } from "./read-mp4-index.ts";
import type { SourceIndex } from "./source-index.ts";

const { signal } = new AbortController();
const source = sourceOf({}, { input: "http://127.0.0.1/clip.mp4" });

/** Two seconds of video and audio: the media, followed by the index. */
let media: Buffer;
let moov: Buffer;
let plain: SourceIndex | null;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  directory = await temporaryDirectory();
  const args =
    "-f lavfi -i testsrc2=s=64x36:r=60:d=2 -f lavfi -i sine=440:r=48000:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 60 -c:a aac";
  const bytes = await readFile(await makeClip(join(directory.path, "clip.mp4"), words(args)));
  const moovAt = bytes.lastIndexOf("moov") - 4;
  [media, moov] = [bytes.subarray(0, moovAt), bytes.subarray(moovAt)];
  plain = await indexOf(moov);
});
afterAll(() => directory[Symbol.asyncDispose]());

function indexOf(movie: Buffer): Promise<SourceIndex | null> {
  const reader = createBlockReader(new MemoryRanges(Buffer.concat([media, movie])), { signal });
  return readMp4Index(source, { reader, segmentDurationMs: 4_000, signal });
}

const boxesOf = (parent: Buffer): Buffer[] => {
  const boxes: Buffer[] = [];
  for (let at = 8; at < parent.length; at += parent.readUInt32BE(at))
    boxes.push(parent.subarray(at, at + parent.readUInt32BE(at)));
  return boxes;
};
const typeOf = (bytes: Buffer) => bytes.toString("latin1", 4, 8);

/** Changes one of the two tracks. */
const changeTrack = (track: number, change: (trak: Buffer) => Buffer): Buffer => {
  let count = -1;
  const children = boxesOf(moov).map((child) => {
    if (typeOf(child) === "trak") count += 1;
    return typeOf(child) === "trak" && count === track ? change(child) : child;
  });
  return box("moov", ...children);
};
test("the index locates video and audio", () => {
  expect(plain?.picture.segments.map(({ durationMs }) => durationMs)).toEqual([1_000, 1_000]);
  expect(plain?.audioTracks).toMatchObject([{ objectType: 2, sampleRate: 48_000, isGapless: true }]);
});

describe("an index with inflated entry counts", () => {
  test("in unused tracks is read as if these tracks did not exist", async () => {
    const trak = boxesOf(moov).find((child) => typeOf(child) === "trak") ?? Buffer.of();
    const endless = replaceBoxes(trak, boundlessTables);
    const cut = replaceBoxes(trak, { ...boundlessTables, stts: Buffer.alloc(4) });
    const many = Array.from({ length: 99 }, () => [cut, endless]);
    expect(await indexOf(box("moov", ...boxesOf(moov), ...many.flat()))).toEqual(plain);
  });

  test("in the video track is not used", async () => {
    const claimed = 4_000_001;
    const tables = { stsz: numbers(0, 1, claimed), stts: numbers(0, 1, claimed, 1) };
    expect(await indexOf(changeTrack(0, (trak) => replaceBoxes(trak, tables)))).toBe(null);
  });

  test("in the audio track is used for the video", async () => {
    const index = await indexOf(changeTrack(1, (trak) => replaceBoxes(trak, boundlessTables)));
    expect(index).toEqual({ picture: plain?.picture, audioTracks: [null] });
  });

  test("in a chunk or the keyframe table is scanned only once", async () => {
    const many = 0xff_ff_ff_ff;
    const stsc = numbers(0, 1, 1, many, 1);
    const stco = numbers(0, 20, ...Array.from({ length: 20 }, () => 48));
    const unknown = numbers(0, 2, 1, 1_000);
    const change = (tables: Record<string, Buffer>) => changeTrack(0, (trak) => replaceBoxes(trak, tables));
    expect(await indexOf(change({ stsc, stco, stss: unknown }))).toBe(null);
    expect((await indexOf(change({ stsc, stco })))?.picture.segments).toHaveLength(2);
  });

  test("in one of two tables of the same type is not used, because ffmpeg may read the other", async () => {
    for (const type of ["stsz", "stts"]) {
      const twice = replaceBoxes(moov, { [type]: (real) => [boundlessTables[type] ?? real, real] });
      expect(await indexOf(twice)).toBe(null);
      expect(await indexOf(replaceBoxes(moov, { [type]: (real) => [real, real] }))).toBe(null);
    }
  });
});

describe("too many boxes", () => {
  const empty = box("free");
  const crowd = (parent: Buffer, type: string, count: number): Buffer => {
    const more = Array.from({ length: count }, () => empty);
    if (typeOf(parent) === type) return box(type, ...more, ...boxesOf(parent));
    return replaceBoxes(parent, { [type]: (body) => [Buffer.concat([...more, body])] });
  };

  test.each(["moov", "trak", "mdia", "minf", "stbl"])("in %s are not scanned to the end", async (type) => {
    expect(await indexOf(crowd(moov, type, 100))).toEqual(plain);
    expect(await indexOf(crowd(moov, type, 10_000))).toBe(null);
  });

  test("before the index are not scanned to the end", async () => {
    const reader = (count: number) => {
      const bytes = Buffer.concat([media, Buffer.alloc(count * 8, empty), moov]);
      return createBlockReader(new MemoryRanges(bytes), { signal });
    };
    const read = (count: number) =>
      readMp4Index(source, { reader: reader(count), segmentDurationMs: 4_000, signal });
    expect(await read(1_000)).toEqual(plain);
    expect(await read(100_000)).toBe(null);
  });
});

test.each("mvhd tkhd elst mdhd hdlr stsd stts ctts stss stsz stsc stco".split(" "))(
  "an index with a truncated %s does not throw",
  async (type) => {
    for (const length of [0, 4, 8, 11, 16]) {
      const short = replaceBoxes(moov, { [type]: (body) => [body.subarray(0, length)] });
      expect(await indexOf(short).then(() => "read", String)).toBe("read");
    }
  },
);

test("an index of ten hours at 60 fps is read, including its audio", async () => {
  const seconds = 36_000;
  const pictureBytes = 1_000;
  const pictures = 60 * seconds;
  const packets = Math.floor((48_000 * seconds) / 1_024);
  const repeated = (count: number, ...entry: number[]) =>
    Buffer.concat([numbers(0, count), Buffer.alloc(count * entry.length * 4, numbers(...entry))]);
  const chunks = (before: number) => {
    const positions = Buffer.alloc(8 + seconds * 8);
    positions.writeUInt32BE(seconds, 4);
    for (let at = 0; at < seconds; at += 1)
      positions.writeBigUInt64BE(BigInt(before + at * 60 * pictureBytes), 8 + at * 8);
    return positions;
  };
  const tables = (count: number, ticks: number, perChunk: number, bytes: number, mediaAt: number) => ({
    stts: repeated(count, 1, ticks),
    ctts: repeated(count, 1, 0),
    stsz: Buffer.concat([numbers(0, 0, count), Buffer.alloc(count * 4, numbers(bytes))]),
    stsc: numbers(0, 1, 1, perChunk, 1),
    // Becomes a `co64`, as in large files.
    stco: chunks(mediaAt),
    elst: null,
  });
  const stss = numbers(0, seconds, ...Array.from({ length: seconds }, (_, at) => at * 60 + 1));
  const mediaAt = 16;
  const [video, audio] = boxesOf(moov).filter((child) => typeOf(child) === "trak");
  const picture = { ...tables(pictures, 256, 60, pictureBytes, mediaAt), stss };
  const movie = box(
    "moov",
    ...boxesOf(moov).filter((child) => typeOf(child) !== "trak"),
    replaceBoxes(video ?? Buffer.of(), picture),
    replaceBoxes(audio ?? Buffer.of(), tables(packets, 1_024, 47, 300, mediaAt)),
  );
  for (let at = movie.indexOf("stco"); at !== -1; at = movie.indexOf("stco", at)) movie.write("co64", at);
  const movieAt = mediaAt + pictures * pictureBytes;
  const mdat = Buffer.concat([numbers(1), Buffer.from("mdat"), Buffer.alloc(8)]);
  mdat.writeBigUInt64BE(BigInt(movieAt), 8);
  // Each frame is one unit, an IDR frame.
  const frame = Buffer.concat([numbers(pictureBytes - 4), Buffer.alloc(4_092, 0x65)]);
  const take = (start: number, length: number) => {
    if (start < mediaAt) return mdat.subarray(start, start + length);
    if (start < movieAt) return frame.subarray(0, length);
    return movie.subarray(start - movieAt, start - movieAt + length);
  };
  const reader: SourceReader = {
    sizeBytes: movieAt + movie.length,
    isAwaited: () => false,
    isAtHand: () => true,
    look: (start, length) => Promise.resolve(take(start, length)),
    async *read(start, end) {
      yield await Promise.resolve(take(start, end - start));
    },
  };
  const index = await readMp4Index(source, { reader, segmentDurationMs: 4_000, signal });
  expect(index?.picture.segments).toHaveLength(seconds / 4 + 2);
  expect(index?.picture.segments.every(({ startsWithIdr }) => startsWithIdr)).toBe(true);
  expect(index?.audioTracks[0]).toMatchObject({ isGapless: true });
  expect(index?.audioTracks[0]?.endMs).toBeGreaterThan(seconds * 1_000 - 100);
});
