import { expect, test } from "vitest";
import { isMoving } from "./use-video-live.ts";

const variant = (status: "PENDING" | "RENDERING" | "READY" | "FAILED" | "SKIPPED") => ({
  id: status,
  name: "240p",
  status,
  fraction: 0.5,
  etaMs: null,
});
const job = (status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED") => ({
  id: "job",
  status,
  waitReason: null,
});

test("a video is followed while it is rendered, and while a job of it runs", () => {
  expect(isMoving({ status: "PROCESSING", mainJob: null, variants: [] })).toBe(true);
  expect(isMoving({ status: "READY", mainJob: job("RUNNING"), variants: [variant("READY")] })).toBe(true);
  expect(
    isMoving({ status: "AWAITING_SOURCE", mainJob: job("PENDING"), variants: [variant("PENDING")] }),
  ).toBe(false);
});

test("a video whose job has ended is followed until its variants are known to be settled", () => {
  const ended = job("SUCCEEDED");
  expect(isMoving({ status: "READY", mainJob: ended, variants: [variant("RENDERING")] })).toBe(true);
  expect(
    isMoving({ status: "READY", mainJob: ended, variants: [variant("READY"), variant("PENDING")] }),
  ).toBe(true);
  expect(isMoving({ status: "FAILED", mainJob: job("FAILED"), variants: [variant("RENDERING")] })).toBe(true);
  expect(
    isMoving({ status: "READY", mainJob: ended, variants: [variant("READY"), variant("SKIPPED")] }),
  ).toBe(false);
  expect(
    isMoving({ status: "FAILED", mainJob: job("FAILED"), variants: [variant("PENDING"), variant("FAILED")] }),
  ).toBe(false);
});
