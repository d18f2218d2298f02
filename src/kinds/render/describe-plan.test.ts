import { expect, test } from "vitest";
import { describePlan } from "./describe-plan.ts";

const isMedia = true;
const plan = {
  headEndMs: 8_000,
  chunkMs: 16_000,
  chunks: 5,
  groups: [["144p", "360p"], ["720p"]],
  speed: 1.5,
  slots: 2,
  reason: "The head of 8 s comes first.",
};

test("a split job states its parts and the reason", () => {
  expect(describePlan({ status: "RUNNING", plan, durationMs: 88_000, isMedia }, 30_000)).toEqual({
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

test("a short video is rendered as a whole, which is known once it was probed", () => {
  const described = describePlan({ status: "RUNNING", plan: null, durationMs: 12_340, isMedia }, 30_000);
  expect(described).toMatchObject({
    kind: "WHOLE",
    reason: "It is 12.3 s long; what is longer than 30 s is cut.",
    chunks: 0,
  });
  expect(describePlan({ status: "RUNNING", plan: null, durationMs: null, isMedia }, 30_000)).toBeNull();
});

test("a long video's plan is unknown until its head was measured", () => {
  expect(describePlan({ status: "RUNNING", plan: null, durationMs: 88_000, isMedia }, 30_000)).toBeNull();
  expect(describePlan({ status: "SUCCEEDED", plan: null, durationMs: 88_000, isMedia }, 30_000)?.kind).toBe(
    "WHOLE",
  );
});

test("a script is drawn as a whole, however long it is", () => {
  const job = { status: "QUEUED", plan: null, durationMs: null, isMedia: false };
  expect(describePlan(job, 30_000)).toMatchObject({
    kind: "WHOLE",
    reason: "One task draws the whole video.",
  });
});
