import { expect, test } from "vitest";
import { findBox, moveFragments, readFragments, retimeSegment, walkBoxes } from "../index.ts";
import { box } from "../testing/box.ts";

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, 4 * index);
  return bytes;
};

interface Picture {
  shownAt: number;
  /** One letter. */
  data: string;
}

/**
 * A fragment as ffmpeg writes it: pictures are decoded 3,000 ticks after each other, from this time on, which
 * one default duration says.
 */
function fragment(decodedAt: number, pictures: readonly Picture[]): Buffer {
  const moof = (dataOffset: number) => {
    const samples = pictures.map(({ shownAt }, index) => words(1, shownAt - decodedAt - 3_000 * index));
    const trun = box("trun", words(0xa05, pictures.length, dataOffset, 0x2000000), ...samples);
    const traf = box("traf", box("tfhd", words(0x20008, 1, 3_000)), box("tfdt", words(0, decodedAt)), trun);
    return box("moof", box("mfhd", words(0, 1)), traf);
  };
  const media = box("mdat", Buffer.from(pictures.map(({ data }) => data).join("")));
  return Buffer.concat([moof(moof(0).length + 8), media]);
}

/** Data, decoding and presentation time and duration of each sample. */
function read(segment: Buffer): [string, number, number, number][] {
  const boxes = [...walkBoxes(segment)];
  const moofs = boxes.filter(({ type }) => type === "moof");
  return (readFragments(segment) ?? []).flatMap(({ decodedAt, samples }, index) => {
    const trun = findBox(moofs[index]?.body ?? Buffer.of(), ["traf", "trun"]) ?? Buffer.of();
    const from = (moofs[index]?.body.byteOffset ?? 0) - 8 - segment.byteOffset + trun.readInt32BE(8);
    let at = decodedAt;
    return samples.map(({ duration, offset }, sample): [string, number, number, number] => {
      at += duration;
      const data = segment.subarray(from + sample, from + sample + 1).toString();
      return [data, at - duration, at - duration + offset, duration];
    });
  });
}

const pictures = (...shown: [string, number][]): Picture[] =>
  shown.map(([data, shownAt]) => ({ data, shownAt }));

test("samples last until the next picture, and the last one to the end of the segment", () => {
  const segment = Buffer.concat([
    box("styp", Buffer.from("msdh")),
    fragment(0, pictures(["a", 2], ["b", 90_002])),
    fragment(6_000, pictures(["c", 180_002])),
  ]);
  const retimed = retimeSegment(segment, { leadTicks: 2, lastFragmentTicks: 180_000 });
  expect(read(retimed ?? Buffer.of())).toEqual([
    ["a", 0, 2, 90_002],
    ["b", 90_002, 90_002, 90_000],
    ["c", 180_002, 180_002, 179_998],
  ]);
});

test("pictures that are decoded before their turn stay so, and the next segment continues", () => {
  // A reference picture for the two before it, of which one is shown for long.
  const shown = pictures(["I", 2], ["P", 360_002], ["B", 3_002], ["b", 6_002]);
  const retimed = retimeSegment(fragment(0, shown), { leadTicks: 2, lastFragmentTicks: 363_000 });
  const samples = read(retimed ?? Buffer.of());
  expect(samples.map(([data, , shownAt]) => [data, shownAt])).toEqual(
    shown.map(({ data, shownAt }) => [data, shownAt]),
  );
  // As far apart as there is room for.
  expect(samples.map(([, decodedAt]) => decodedAt)).toEqual([0, 1_501, 3_002, 6_002]);
  const end = samples.reduce((at, [, , , duration]) => at + duration, 0);
  expect(end).toBe(363_000);
  const next = retimeSegment(fragment(12_000, pictures(["I", 363_002])), {
    ...{ leadTicks: 2, lastFragmentTicks: 90_000 },
  });
  expect(read(next ?? Buffer.of())).toEqual([["I", 363_000, 363_002, 90_000]]);
});

test("no picture lasts beyond the end of the segment", () => {
  const segment = Buffer.concat([fragment(0, pictures(["I", 2])), fragment(3_000, pictures(["I", 45_902]))]);
  const retimed = retimeSegment(segment, { leadTicks: 2, lastFragmentTicks: 9_000 });
  expect(read(retimed ?? Buffer.of())).toEqual([
    ["I", 0, 2, 45_902],
    ["I", 45_902, 45_902, 8_998],
  ]);
});

test("a retimed segment can be moved beyond what 32 bits hold", () => {
  const retimed = retimeSegment(fragment(0, pictures(["a", 2])), { leadTicks: 2, lastFragmentTicks: 90_000 });
  expect(moveFragments(retimed ?? Buffer.of(), 2 ** 33)).toBe(true);
  expect(read(retimed ?? Buffer.of())).toEqual([["a", 2 ** 33, 2 ** 33 + 2, 90_000]]);
});

test.each([
  ["cut", fragment(0, pictures(["a", 2])).subarray(0, -1)],
  ["without a fragment", box("styp")],
  ["shown before it begins", fragment(0, pictures(["a", 1]))],
  ["empty", Buffer.of()],
])("a segment that is %s is left alone", (_, segment) => {
  expect(retimeSegment(segment, { leadTicks: 2, lastFragmentTicks: 90_000 })).toBeNull();
});
