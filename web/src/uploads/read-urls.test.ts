import { expect, test } from "vitest";
import { readUrls, titleOf } from "./read-urls.ts";

test("URLs are found in pasted text, each once, and other words are ignored", () => {
  const text =
    "see https://a.example/x.mp4\nhttp://b.example/y.mov https://a.example/x.mp4 file.mp4 ftp://c/z";
  expect(readUrls(text)).toEqual(["https://a.example/x.mp4", "http://b.example/y.mov"]);
  expect(readUrls("just words")).toEqual([]);
});

test("a title is derived from the file name", () => {
  expect(titleOf("big_buck_bunny.mp4")).toBe("big buck bunny");
  expect(titleOf("https://a.example/films/Sintel%20trailer.webm?x=1")).toBe("Sintel trailer");
  expect(titleOf(".mp4")).toBe(".mp4");
  expect(titleOf("https://a.example/")).toBe("https://a.example/");
  expect(titleOf("100%.mp4")).toBe("100%");
});
