import { expect, test } from "vitest";
import type { CheckedSourceFragment } from "../api/index.ts";
import { describeCheck } from "./describe-check.ts";

const check: CheckedSourceFragment = {
  ...{ id: "1", status: "SUCCEEDED", waitReason: null, error: null, issues: [], stills: [] },
  ...{ scenes: [{ name: "Lesson", line: 4, marks: [] }], scene: "Lesson" },
  ...{ animations: 12, durationMs: 24_000, estimate: { cpuSeconds: 40 } },
};
const issue = {
  severity: "ERROR",
  code: "SCRIPT_FAILED",
  message: "no",
  line: 7,
  column: null,
  path: "",
} as const;

const sentences: [Partial<CheckedSourceFragment>, string | null][] = [
  [{}, "Lesson: 12 animations, 0:24, about 40 s of processor time"],
  [{ scene: null, animations: 1, estimate: null }, "1 animation, 0:24"],
  [{ animations: null, durationMs: null, issues: [issue] }, "1 error."],
  [{ status: "PENDING", waitReason: "No worker draws scripts." }, "No worker draws scripts."],
  [{ status: "PENDING" }, null],
  [{ status: "FAILED", error: { message: "The worker was lost." } }, "The worker was lost."],
];

test.each(sentences)("a check in a sentence: %j", (part, sentence) => {
  expect(describeCheck({ ...check, ...part })).toBe(sentence);
});
