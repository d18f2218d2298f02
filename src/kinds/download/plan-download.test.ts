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

test("a video that lacks only its download gets a download task, due at the end of the video", () => {
  expect(planDownload(job, video)).toEqual({
    ...{ kind: "DOWNLOAD", params: { version: 1 }, dueAfterMs: 5_400_000 },
  });
});

test("no task is planned if the profile requests no download, the file exists, or the job is for one variant", () => {
  expect(planDownload({ ...job, profile: { rungs, download: null } }, video)).toBeNull();
  expect(planDownload(job, { ...video, download: { key: "video.mp4" } })).toBeNull();
  expect(planDownload({ ...job, onlyVariants: ["360p"] }, video)).toBeNull();
});

test("no task is planned if no ready variant fits", () => {
  expect(planDownload(job, { ...video, variants: [{ ...ready, status: "FAILED" }] })).toBeNull();
  const low = { ...job, profile: { rungs, download: { height: 240 } } };
  expect(planDownload(low, video)).toBeNull();
});
