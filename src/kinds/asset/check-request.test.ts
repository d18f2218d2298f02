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
const audioOnly = { ...defaultProfile, rungs: [] };

test("a poster can be requested for any time of the video, even while it renders", () => {
  expect(() => checkPoster(video(), defaultProfile, 0)).not.toThrow();
  expect(() => checkPoster(video({ status: "PROCESSING" }), defaultProfile, 9_999)).not.toThrow();
});

test.each([
  ["before its beginning", video(), -1, "POSTER_TIME_INVALID"],
  ["at its end", video(), 10_000, "POSTER_TIME_INVALID"],
  ["of a failed video", video({ status: "FAILED" }), 0, "VIDEO_FAILED"],
  ["before the source was probed", video({ width: null, durationMs: null }), 0, "VIDEO_NOT_PROBED"],
  ["while the source arrives", video({ source: { receivedAt: null } }), 0, "SOURCE_NOT_STORED"],
])("a poster %s is refused", (_when, asked, atMs, code) => {
  expect(() => checkPoster(asked, defaultProfile, atMs)).toThrow(expect.objectContaining({ code }));
});

test("any time can be requested if the length is unknown", () => {
  expect(() => checkPoster(video({ durationMs: null }), defaultProfile, 1e9)).not.toThrow();
});

test("an audio-only video has no poster, preview or download", () => {
  const code = "VIDEO_HAS_NO_PICTURE";
  const refused = expect.objectContaining({ code });
  expect(() => checkPoster(video(), audioOnly, 0)).toThrow(refused);
  expect(() => checkPreview(video(), audioOnly)).toThrow(refused);
  expect(() => checkDownload(video(), audioOnly, 360)).toThrow(refused);
});

test("the variant of a download is not chosen until the video is READY", () => {
  expect(checkDownload(video({ status: "PLAYABLE" }), defaultProfile, 360)).toBeNull();
});

test("a download uses the largest existing variant that fits", () => {
  expect(checkDownload(video(), defaultProfile, 4_320)).toBe("360p");
  expect(checkDownload(video(), defaultProfile, 240)).toBe("144p");
  const none = expect.objectContaining({ code: "NO_VARIANT_FITS" });
  expect(() => checkDownload(video(), defaultProfile, 100)).toThrow(none);
  const wrong = expect.objectContaining({ code: "DOWNLOAD_HEIGHT_INVALID" });
  expect(() => checkDownload(video(), defaultProfile, 0)).toThrow(wrong);
});
