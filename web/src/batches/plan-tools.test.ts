import { expect, test } from "vitest";
import type { BatchStatus } from "../api/index.ts";
import { planTools } from "./plan-tools.ts";

const counts = {
  ...{
    total: 9,
    valid: 2,
    invalid: 1,
    duplicate: 0,
    queued: 0,
    running: 0,
    ready: 5,
    failed: 1,
    canceled: 0,
  },
};
const cases: [BatchStatus, Partial<typeof counts>, string][] = [
  ["CHECKING", {}, "start cancel"],
  ["CHECKED", {}, "replace start cancel"],
  ["CHECKED", { valid: 0 }, "replace cancel"],
  ["RUNNING", {}, "retry pause cancel"],
  ["RUNNING", { failed: 0 }, "pause cancel"],
  ["PAUSED", {}, "retry replace resume cancel"],
  ["PAUSED", { running: 1 }, "retry resume cancel"],
  ["PARTIAL", {}, "retry replace delete"],
  ["SUCCEEDED", { failed: 0 }, "replace delete"],
  ["CANCELED", {}, "replace delete"],
];

test.each(cases)("a batch that is %s, with %j, offers: %s", (status, part, tools) => {
  expect(planTools({ status, counts: { ...counts, ...part }, startsByItself: false }).join(" ")).toBe(tools);
});

test("a batch that starts automatically is not started while it is checked", () => {
  expect(planTools({ status: "CHECKING", counts, startsByItself: true })).toEqual(["cancel"]);
});
