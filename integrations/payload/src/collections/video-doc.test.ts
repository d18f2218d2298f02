import { expect, test } from "vitest";
import type { VideoNow } from "../sync/documents.ts";
import { planUpdate, toFields, type VideoDoc } from "./video-doc.ts";

const playback = {
  hlsUrl: "https://cdn/master.m3u8",
  dashUrl: null,
  posterUrl: "https://cdn/poster.jpg",
  storyboardUrl: null,
};
const ready: VideoNow = {
  id: "VmlkZW86MQ",
  status: "READY",
  progress: 1,
  durationMs: 2_000,
  width: 640,
  height: 360,
  playableAt: "2026-11-21T20:00:00.000Z",
  readyAt: "2026-11-21T20:00:01.000Z",
  error: null,
  playback,
  download: null,
  upload: null,
};
const doc: VideoDoc = {
  id: 1,
  title: "Bunny",
  filename: "bunny.mp4",
  sizeBytes: 1,
  reelayId: ready.id,
  reelayKey: "payload/videos/1/x",
  ...toFields(ready),
};

test("an up-to-date document needs no write, however its database formats timestamps", () => {
  expect(planUpdate(doc, ready)).toBeNull();
  expect(planUpdate({ ...doc, readyAt: "2026-11-21T20:00:01Z" }, ready)).toBeNull();
});

test("only changed fields are written", () => {
  const failed = {
    ...ready,
    status: "FAILED",
    error: { code: "SOURCE_CORRUPT", message: "It is." },
  } as const;
  expect(planUpdate(doc, failed)).toEqual({
    status: "FAILED",
    errorCode: "SOURCE_CORRUPT",
    errorMessage: "It is.",
  });
  expect(planUpdate({ ...doc, status: "PROCESSING", readyAt: null }, ready)).toEqual({
    status: "READY",
    readyAt: "2026-11-21T20:00:01.000Z",
  });
});

test("a SIGNED video's URLs are stored without their expiring token", () => {
  const hlsUrl = "https://cdn/~1.token/videos/1/manifest/master.m3u8";
  const kept = toFields({ ...ready, playback: { ...playback, hlsUrl } });
  expect(kept.hlsUrl).toBe("https://cdn/videos/1/manifest/master.m3u8");
});

test("a video deleted in Reelay keeps no playable URL in its document", () => {
  const changes = planUpdate(doc, null);
  expect(changes).toMatchObject({ status: "DELETED", hlsUrl: null, posterUrl: null, durationMs: null });
  expect(planUpdate({ ...doc, ...changes }, null)).toBeNull();
});
