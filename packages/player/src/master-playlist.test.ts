import { expect, test } from "vitest";
import { isSameSet, variantUrls } from "./master-playlist.ts";

const master = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",URI="../attempts/1/audio/index.m3u8"

#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=256x144
../attempts/1/144p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=426x240

https://cdn.example/240p.m3u8
`;

test("variants are the URLs after EXT-X-STREAM-INF, resolved against the playlist", () => {
  const urls = variantUrls(
    master.replaceAll("\n", "\r\n"),
    "https://api.example/videos/v/manifest/master.m3u8",
  );
  expect([...urls]).toEqual([
    "https://api.example/videos/v/attempts/1/144p/index.m3u8",
    "https://cdn.example/240p.m3u8",
  ]);
});

test("an added, removed or moved variant is a change", () => {
  const one = new Set(["a", "b"]);
  expect(isSameSet(one, new Set(["b", "a"]))).toBe(true);
  expect(isSameSet(one, new Set(["a"]))).toBe(false);
  expect(isSameSet(one, new Set(["a", "c"]))).toBe(false);
});
