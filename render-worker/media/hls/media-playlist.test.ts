import { formatMediaPlaylist, measureBandwidth } from "@reelay/contracts";
import HLS from "hls-parser";
import { expect, test } from "vitest";
import { parseMediaPlaylist } from "./media-playlist.ts";

const segments = [
  { uri: "00000.m4s", durationMs: 4_004 },
  { uri: "00001.m4s", durationMs: 1_968.633 },
];
const options = { initUri: "init.mp4", segmentDurationMs: 4_000 };

test("a strict parser reads a playlist's values back", () => {
  HLS.setOptions({ strictMode: true });
  const text = formatMediaPlaylist({ segments, isComplete: true }, options);
  const parsed = HLS.parse(text);
  expect(parsed).toMatchObject({
    isMasterPlaylist: false,
    endlist: true,
    targetDuration: 4,
    playlistType: "EVENT",
  });
  expect(parseMediaPlaylist(text)).toEqual({ segments, isComplete: true });
});

test("a growing playlist keeps its target duration and has no end", () => {
  const text = formatMediaPlaylist({ segments: segments.slice(1), isComplete: false }, options);
  expect(text).toContain("#EXT-X-TARGETDURATION:4\n");
  expect(text).not.toContain("ENDLIST");
});

test("players start a growing playlist at its beginning, not at the end as for a live stream", () => {
  HLS.setOptions({ strictMode: true });
  const growing = HLS.parse(formatMediaPlaylist({ segments, isComplete: false }, options));
  expect(growing.start).toMatchObject({ offset: 0 });
});

test("the peak is the highest bitrate of segments near the target duration, with short segments combined", () => {
  const stored = [
    { sizeBytes: 500_000, durationMs: 4_000 },
    { sizeBytes: 1_000_000, durationMs: 4_000 },
    { sizeBytes: 50_000, durationMs: 100 },
  ];
  expect(measureBandwidth(stored, 4_000)).toEqual({ peakBps: 2_048_781, averageBps: 1_530_865 });
  const short = [300_000, 100_000, 200_000, 500_000].map((sizeBytes, index) => ({
    sizeBytes,
    durationMs: [1_000, 1_000, 2_000, 4_000][index] ?? 0,
  }));
  expect(measureBandwidth(short, 4_000).peakBps).toBe(1_600_000);
});

test("a segment shorter than half the target duration counts if it is the only one", () => {
  expect(measureBandwidth([{ sizeBytes: 1_000, durationMs: 100 }], 4_000).peakBps).toBe(80_000);
});
