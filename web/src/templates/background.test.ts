import { expect, test } from "vitest";
import { clipText, fromBackground, toBackground } from "./background.ts";

test("a clip that was chosen is sent as it was named, and none without an address", () => {
  expect(toBackground(clipText("material", "m1"))).toEqual({ material: "m1" });
  expect(toBackground(clipText("video", "v1"))).toEqual({ video: "v1" });
  expect(toBackground(clipText("url", " https://example.com/a:b.mp4 "))).toEqual({
    url: "https://example.com/a:b.mp4",
  });
  expect(["", "url:", "url: ", "file:/etc/passwd"].map(toBackground)).toEqual([null, null, null, null]);
});

test("the form of a copy has the clip of its video", () => {
  const none = { materialId: null, videoId: null, url: null };
  const clips = [
    { ...none, materialId: "m1" },
    { ...none, videoId: "v1" },
    { ...none, url: "https://a.b/c" },
  ];
  expect(clips.map((clip) => toBackground(fromBackground(clip)))).toEqual([
    ...[{ material: "m1" }, { video: "v1" }, { url: "https://a.b/c" }],
  ]);
  expect(fromBackground(null)).toBe("");
});
