import type { RenditionPart } from "@reelay/contracts";
import HLS from "hls-parser";
import { expect, test } from "vitest";
import { joinParts } from "./join-parts.ts";

const videoId = "0192f0c4-6f0e-7c4e-9b1a-0d6f6a4f1a01";
const rendition = { videoId, name: "720p", segmentDurationMs: 4_000, ceilingBps: 3_000_000 };

const part = (
  startMs: number,
  endMs: number | null,
  durations: number[],
  more: Partial<RenditionPart> = {},
): RenditionPart => {
  const folder = `videos/${videoId}/attempts/from-${startMs}/720p`;
  return {
    rendition: "720p",
    startMs,
    endMs,
    initKey: `${folder}/init.mp4`,
    initSha256: "a".repeat(64),
    codecs: "avc1.64001f",
    segments: durations.map((durationMs, index) => ({
      key: `${folder}/${index}.m4s`,
      durationMs,
      sizeBytes: durationMs * 250,
    })),
    isComplete: true,
    ...more,
  };
};

const head = part(0, 8_000, [1_000, 1_000, 2_000, 4_000]);
const uris = (text: string) => text.split("\n").filter((line) => line.endsWith(".m4s"));

test("consecutive parts form one valid playlist with a single initialisation segment", () => {
  HLS.setOptions({ strictMode: true });
  const joined = joinParts(
    [part(16_000, null, [1_500]), head, part(8_000, 16_000, [4_000, 4_000])],
    rendition,
  );
  expect(joined?.published).toEqual({
    key: `videos/${videoId}/variants/720p/index.m3u8`,
    codecs: "avc1.64001f",
    bandwidthBps: 2_000_000,
    averageBandwidthBps: 2_000_000,
    segments: 7,
    durationMs: 17_500,
    sizeBytes: 4_375_000,
    isComplete: true,
  });
  const text = joined?.text ?? "";
  expect(HLS.parse(text)).toMatchObject({ endlist: true, targetDuration: 4 });
  expect(text.match(/EXT-X-MAP/g)).toHaveLength(1);
  expect(text).not.toContain("DISCONTINUITY");
  expect(uris(text).at(-1)).toBe("../../attempts/from-16000/720p/0.m4s");
});

test("a part is not listed before all earlier parts are complete", () => {
  const far = part(16_000, null, [4_000]);
  expect(uris(joinParts([head, far], rendition)?.text ?? "")).toHaveLength(4);
  const growing = part(8_000, 16_000, [4_000], { isComplete: false });
  const joined = joinParts([far, growing, head], rendition);
  expect(uris(joined?.text ?? "")).toHaveLength(5);
  expect(joined?.published).toMatchObject({ isComplete: false, bandwidthBps: 3_825_000 });
  expect(joined?.text).not.toContain("ENDLIST");
});

test("without a beginning there is no playlist", () => {
  expect(joinParts([part(8_000, null, [4_000])], rendition)).toBeNull();
  expect(joinParts([part(0, 8_000, [], { isComplete: false })], rendition)).toBeNull();
});

test("a source that ends before its announced length ends the playlist with its last segment", () => {
  const joined = joinParts([head, part(8_000, 16_000, [500]), part(16_000, null, [])], rendition);
  expect(joined?.published).toMatchObject({ segments: 5, isComplete: true });
});

test("a part from another encoder has its own initialisation segment", () => {
  const other = part(8_000, 16_000, [4_000, 4_000], { initSha256: "b".repeat(64) });
  const text = joinParts([head, other, part(16_000, null, [4_000])], rendition)?.text ?? "";
  expect(text.split("\n").filter((line) => line.startsWith("#EXT-X-MAP"))).toEqual([
    '#EXT-X-MAP:URI="../../attempts/from-0/720p/init.mp4"',
    '#EXT-X-MAP:URI="../../attempts/from-8000/720p/init.mp4"',
    '#EXT-X-MAP:URI="../../attempts/from-16000/720p/init.mp4"',
  ]);
});
