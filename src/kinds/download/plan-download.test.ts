import { expect, test } from "vitest";
import { planDownload } from "./plan-download.ts";

const rungs = [
  { name: "360p", height: 360, tier: "CRITICAL" as const, codec: "H264" as const, bitrateBps: 1 },
];
const job = { profile: { rungs, download: { height: 1080 } }, onlyVariants: [] };
const ready = {
  ...{ name: "360p", status: "READY", codec: "H264", width: 640, height: 360, bitrateBps: 700_000 },
};
const video = { durationMs: 5_400_000, download: null, variants: [ready] };

test("a video that is made, but for its download, is given a task for that, due when its end is", () => {
  expect(planDownload(job, video)).toEqual({
    ...{ kind: "DOWNLOAD", startMs: 0, endMs: null, renditions: [], dueAfterMs: 5_400_000 },
  });
});

test("none where the profile asks for none, the file is there, or the job is for one variant", () => {
  expect(planDownload({ ...job, profile: { rungs, download: null } }, video)).toBeNull();
  expect(planDownload(job, { ...video, download: { key: "video.mp4" } })).toBeNull();
  expect(planDownload({ ...job, onlyVariants: ["360p"] }, video)).toBeNull();
});

test("none where no variant is ready that fits", () => {
  expect(planDownload(job, { ...video, variants: [{ ...ready, status: "FAILED" }] })).toBeNull();
  const low = { ...job, profile: { rungs, download: { height: 240 } } };
  expect(planDownload(low, video)).toBeNull();
});
