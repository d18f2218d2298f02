import { expect, test } from "vitest";
import { fits, readFilter, toVideoFilter, writeFilter } from "./filter.ts";

test("a filter survives a round trip through the URL", () => {
  const filter = { status: "active", search: "big & bunny" };
  expect(writeFilter(filter)).toBe("?status=active&q=big+%26+bunny");
  expect(readFilter(writeFilter(filter))).toEqual(filter);
  expect(writeFilter({ status: "", search: "" })).toBe("");
  expect(readFilter("?status=nonsense")).toEqual({ status: "", search: "" });
});

test("the API filter contains only the conditions that are set", () => {
  expect(toVideoFilter({ status: "", search: "  " })).toBeNull();
  expect(toVideoFilter({ status: "failed", search: " x " })).toEqual({ status: ["FAILED"], search: "x" });
});

test("a new video is added to a list whose filter it matches", () => {
  const video = { title: "Big Bunny", externalId: "cms-7", status: "PROCESSING" } as const;
  expect(fits(video, { status: "", search: "" })).toBe(true);
  expect(fits(video, { status: "active", search: "bUNNY" })).toBe(true);
  expect(fits(video, { status: "", search: "CMS-7" })).toBe(true);
  expect(fits(video, { status: "ready", search: "" })).toBe(false);
  expect(fits(video, { status: "", search: "sintel" })).toBe(false);
});
