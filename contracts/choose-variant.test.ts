import { expect, test } from "vitest";
import { chooseVariant } from "./choose-variant.ts";

const rungs = [
  { name: "720p", height: 720, tier: "CRITICAL" as const, codec: "H264" as const, bitrateBps: 1 },
];
const variant = (name: string, height: number, changes: { status?: string; codec?: string } = {}) => ({
  ...{ name, status: "READY", codec: "H264", width: (height * 16) / 9, height, bitrateBps: 1_000_000 },
  ...changes,
});

test("a download uses a ready rung, preferably in H.264, and the source only if no other variant exists", () => {
  const source = variant("source", 720);
  const chosen = (...variants: ReturnType<typeof variant>[]) =>
    chooseVariant(variants, { rungs, download: { height: 720 } })?.name;
  expect(chosen(variant("360p", 360), variant("720p", 720), variant("1080p", 1080), source)).toBe("720p");
  expect(chosen(variant("360p", 360), variant("720p", 720, { status: "FAILED" }))).toBe("360p");
  expect(chosen(variant("360p", 360), variant("720p-hevc", 720, { codec: "HEVC" }))).toBe("360p");
  expect(chosen(source)).toBe("source");
  expect(chosen(variant("1080p", 1080))).toBeUndefined();
  expect(chooseVariant([variant("720p", 720)], { rungs })).toBeNull();
  expect(chooseVariant([variant("144p", 144)], { rungs, download: null })).toBeNull();
});
