import { expect, test } from "vitest";
import { checkEventFilter, matchesFilter } from "./event-filter.ts";

test.each([
  [[], "video.ready", true],
  [["video.ready"], "video.ready", true],
  [["video.ready"], "video.ready-again", false],
  [["video.*"], "video.source-received", true],
  [["video.*"], "videos.ready", false],
  [["job.*", "video.ready"], "variant.ready", false],
])("the filter %j and %s: %s", (filter, type, expected) => {
  expect(matchesFilter(filter, type)).toBe(expected);
});

test("a filter contains event names and families without duplicates; a star matches all", () => {
  expect(checkEventFilter(["video.*", "job.failed", "video.*"])).toEqual(["video.*", "job.failed"]);
  expect(checkEventFilter(["video.ready", "*"])).toEqual([]);
});

test("an unknown event name is refused with the valid names, as it would never match", () => {
  expect(() => checkEventFilter(["variant.done"])).toThrow(
    /^eventTypes: there is no event "variant.done"; use one of variant.rendering, variant.ready, /,
  );
  expect(() => checkEventFilter(["asset.*"])).toThrow(/use one of video\.\*, variant\.\*, /);
  expect(() => checkEventFilter(["webhook.test"])).toThrow(/webhook.disabled/);
});
