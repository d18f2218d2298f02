import { expect, test } from "vitest";
import { describePlan } from "./describe-plan.ts";

const plan = {
  headEndMs: 8_000,
  chunkMs: 16_000,
  chunks: 5,
  groups: [["144p", "360p"], ["720p"]],
  speed: 1.5,
  slots: 2,
  reason: "The head of 8 s comes first.",
};

test("a job that was cut says how, and why", () => {
  expect(describePlan({ status: "RUNNING", plan, durationMs: 88_000 }, 30_000)).toEqual({
    kind: "SPLIT",
    reason: "The head of 8 s comes first.",
    headMs: 8_000,
    chunkMs: 16_000,
    chunks: 5,
    tierGroups: [["144p", "360p"], ["720p"]],
    speed: 1.5,
    slots: 2,
  });
});

test("a short video is made whole, which is known once it was probed", () => {
  const described = describePlan({ status: "RUNNING", plan: null, durationMs: 12_340 }, 30_000);
  expect(described).toMatchObject({
    kind: "WHOLE",
    reason: "It is 12.3 s long; what is longer than 30 s is cut.",
    chunks: 0,
  });
  expect(describePlan({ status: "RUNNING", plan: null, durationMs: null }, 30_000)).toBeNull();
});

test("a long video's plan is not known before its head was measured", () => {
  expect(describePlan({ status: "RUNNING", plan: null, durationMs: 88_000 }, 30_000)).toBeNull();
  expect(describePlan({ status: "SUCCEEDED", plan: null, durationMs: 88_000 }, 30_000)?.kind).toBe("WHOLE");
});
