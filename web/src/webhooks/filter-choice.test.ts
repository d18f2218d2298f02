import { expect, test } from "vitest";
import { eventTypes } from "../../../src/events/event-types.ts";
import { offered, toChoice, toEventTypes } from "./filter-choice.ts";

test("a filter combines the selected and the typed event types, and is empty for all", () => {
  const chosen = ["video.ready"];
  expect(toEventTypes({ isAll: false, chosen, others: " task.moved, video.ready " })).toEqual([
    "video.ready",
    "task.moved",
  ]);
  expect(toEventTypes({ isAll: true, chosen, others: "task.moved" })).toEqual([]);
});

test("the form starts with the stored filter", () => {
  expect(toChoice([])).toEqual({ isAll: true, chosen: [], others: "" });
  const set = ["video.*", "attempt.lost"];
  expect(toChoice(set)).toEqual({ isAll: false, chosen: ["video.*"], others: "attempt.lost" });
  expect(toEventTypes(toChoice(set))).toEqual(set);
});

test("every offered filter matches an existing event type", () => {
  for (const { name } of offered)
    expect(
      eventTypes.some((type) => (name.endsWith(".*") ? type.startsWith(name.slice(0, -1)) : type === name)),
      name,
    ).toBe(true);
});
