import { expect, test } from "vitest";
import { defaultProfile } from "../../profiles/built-in.ts";
import { type AskedVideo, checkDownload, checkPoster, checkPreview } from "./check-request.ts";

const variant = (name: string, height: number, status = "READY") => ({
  ...{ name, status, codec: "H264", width: height * 2, height, bitrateBps: height },
});
const video = (changes: Partial<AskedVideo> = {}): AskedVideo => ({
  ...{ status: "READY", durationMs: 10_000, width: 640, source: { receivedAt: new Date() } },
  variants: [variant("144p", 144), variant("360p", 360), variant("source", 360)],
  ...changes,
});
const soundOnly = { ...defaultProfile, rungs: [] };

test("a poster can be taken at any time of the video, also while it is rendered", () => {
  expect(() => checkPoster(video(), defaultProfile, 0)).not.toThrow();
  expect(() => checkPoster(video({ status: "PROCESSING" }), defaultProfile, 9_999)).not.toThrow();
});

test.each([
  ["before its beginning", video(), -1, "POSTER_TIME_INVALID"],
  ["at its end", video(), 10_000, "POSTER_TIME_INVALID"],
  ["of one that failed", video({ status: "FAILED" }), 0, "VIDEO_FAILED"],
  ["before a worker has looked", video({ width: null, durationMs: null }), 0, "VIDEO_NOT_PROBED"],
  ["while the source arrives", video({ source: { receivedAt: null } }), 0, "SOURCE_NOT_STORED"],
])("a poster %s is refused", (_when, asked, atMs, code) => {
  expect(() => checkPoster(asked, defaultProfile, atMs)).toThrow(expect.objectContaining({ code }));
});

test("where the length is not known any time may be asked for", () => {
  expect(() => checkPoster(video({ durationMs: null }), defaultProfile, 1e9)).not.toThrow();
});

test("of sound alone there is no picture", () => {
  const code = "VIDEO_HAS_NO_PICTURE";
  const refused = expect.objectContaining({ code });
  expect(() => checkPoster(video(), soundOnly, 0)).toThrow(refused);
  expect(() => checkPreview(video(), soundOnly)).toThrow(refused);
  expect(() => checkDownload(video(), soundOnly, 360)).toThrow(refused);
});

test("a preview and a download want a video that is READY", () => {
  const refused = expect.objectContaining({ code: "VIDEO_NOT_READY" });
  expect(() => checkPreview(video({ status: "PLAYABLE" }), defaultProfile)).toThrow(refused);
  expect(() => checkDownload(video({ status: "PLAYABLE" }), defaultProfile, 360)).toThrow(refused);
});

test("a download is made of the largest variant that fits, never of one that is not there", () => {
  expect(checkDownload(video(), defaultProfile, 4_320)).toBe("360p");
  expect(checkDownload(video(), defaultProfile, 240)).toBe("144p");
  const none = expect.objectContaining({ code: "NO_VARIANT_FITS" });
  expect(() => checkDownload(video(), defaultProfile, 100)).toThrow(none);
  const wrong = expect.objectContaining({ code: "DOWNLOAD_HEIGHT_INVALID" });
  expect(() => checkDownload(video(), defaultProfile, 0)).toThrow(wrong);
});
