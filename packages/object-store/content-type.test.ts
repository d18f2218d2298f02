import { expect, test } from "vitest";
import { contentTypeOf } from "./content-type.ts";

test.each([
  ["index.m3u8", "application/vnd.apple.mpegurl"],
  ["seg_0.m4s", "video/mp4"],
  ["init.mp4", "video/mp4"],
  ["audio.m4a", "audio/mp4"],
  ["subtitles.vtt", "text/vtt"],
  ["seg_0.ts", "video/mp2t"],
  ["poster.jpg", "image/jpeg"],
  ["status.json", "application/json"],
  ["film.MKV", "video/x-matroska"],
  ["noending", "application/octet-stream"],
])("%s is served as %s", (key, type) => {
  expect(contentTypeOf(`videos/v1/${key}`)).toBe(type);
});
