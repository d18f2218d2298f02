import { expect, test } from "vitest";
import { type CutOptions, SegmentCutter } from "./cut-segments.ts";

/** Cuts pieces of these lengths, the first of which starts at `firstMs`. */
function cut(options: Partial<CutOptions>, firstMs: number, durationsMs: readonly number[]) {
  const span = { startMs: 0, endMs: null };
  const cutter = new SegmentCutter({ span, frameMs: 40, segmentDurationMs: 4_000, ...options });
  cutter.begin(firstMs);
  const segments = durationsMs.map((durationMs, index) =>
    cutter.add({ uri: String(index), durationMs }, index === durationsMs.length - 1),
  );
  return [...segments, cutter.rest()]
    .filter((segment) => segment !== null)
    .map(({ pieces, durationMs }) => `${pieces.join("+")}: ${durationMs}`);
}

test("pieces become segments at the video's borders, and the remainder becomes the last segment", () => {
  expect(cut({}, 0, [1_000, 1_000, 2_000, 2_000, 2_000, 2_000])).toEqual([
    "0: 1000",
    "1: 1000",
    "2: 2000",
    "3+4: 4000",
    "5: 2000",
  ]);
});

test("at 29.97 fps, each border moves to the next frame", () => {
  const span = { startMs: 8_000, endMs: 12_000 };
  expect(cut({ span, frameMs: 33.367 }, 8_008, [2_002, 2_002])).toEqual(["0+1: 4004"]);
});

test("at a variable frame rate, a part lasts from its own border to the next part's", () => {
  const span = { startMs: 8_000, endMs: 16_000 };
  expect(cut({ span, frameMs: null }, 8_300, [1_700, 2_400, 1_800, 1_100])).toEqual([
    "0+1: 4400",
    "2+3: 3600",
  ]);
});

test("if frames are missing at a border despite a constant rate, parts last from border to border", () => {
  const span = { startMs: 8_000, endMs: 12_000 };
  // The last one or two frames are missing, and so is the next part's first.
  expect(cut({ span }, 8_000, [2_000, 1_960])).toEqual(["0+1: 4000"]);
  expect(cut({ span, firstPictureMs: 20 }, 8_020, [2_000, 1_920])).toEqual(["0+1: 3980"]);
  expect(cut({ span: { startMs: 12_000, endMs: null } }, 12_040, [1_960, 2_000])).toEqual(["0+1: 4000"]);
});

test("the last frame lasts until the end of the video according to the container", () => {
  const open = { span: { startMs: 8_000, endMs: null }, frameMs: null, picturesEndMs: 30_000 };
  expect(cut(open, 8_000, [2_000, 2_000, 33])).toEqual(["0+1: 4000", "2: 18000"]);
  const part = { ...open, span: { startMs: 8_000, endMs: 12_000 } };
  expect(cut({ ...part, picturesEndMs: 11_000 }, 8_000, [2_000, 33])).toEqual(["0+1: 3000"]);
  expect(cut(part, 8_000, [2_000, 33])).toEqual(["0+1: 4000"]);
});

test("a gap at a constant rate is not the end if the container has frames after it", () => {
  const span = { startMs: 8_000, endMs: 12_000 };
  expect(cut({ span, picturesEndMs: 60_000 }, 8_000, [2_000, 40])).toEqual(["0+1: 4000"]);
  expect(cut({ span, picturesEndMs: 10_040 }, 8_000, [2_000, 40])).toEqual(["0+1: 2040"]);
  // Both sides of a border agree on the position of the missing frame.
  const late = { firstPictureMs: 21, picturesEndMs: 60_000 };
  expect(cut({ span, ...late }, 8_021, [2_000, 40])).toEqual(["0+1: 4000"]);
  expect(cut({ span: { startMs: 12_000, endMs: 16_000 }, ...late }, 12_031, [10])).toEqual(["0: 4000"]);
});

test("a frame that lasts longer than a segment gets a longer segment", () => {
  const span = { startMs: 8_000, endMs: null };
  expect(cut({ span, frameMs: null }, 8_000, [9_000, 1_000, 2_000])).toEqual(["0: 9000", "1+2: 3000"]);
});

test("audio packets that overlap the end of a part never give a segment of zero length", () => {
  const options = { span: { startMs: 0, endMs: 2_000 }, frameMs: 1_024 / 48, segmentDurationMs: 2_000 };
  expect(cut(options, 0, [1_002.667, 1_002.667, 5])).toEqual(["0: 1002.667", "1: 1002.667", "2: 1"]);
});
