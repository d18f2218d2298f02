import { expect, test } from "vitest";
import { describeRetries, planFailedFilter } from "./plan-filter.ts";

test("what was tried again already is not among the failed", () => {
  expect(planFailedFilter("", false)).toEqual({ status: ["FAILED"], isSuperseded: false });
  expect(planFailedFilter("STORAGE", true)).toEqual({
    status: ["FAILED"],
    isSuperseded: false,
    errorScope: ["STORAGE"],
    isRetriable: true,
  });
});

test("what became of a retry is told in a sentence, with the first reason for what was not done", () => {
  expect(describeRetries(1, [])).toBe("1 job is tried again.");
  expect(describeRetries(2, [{ reason: { message: "It runs." } }])).toBe(
    "2 jobs are tried again. 1 could not be: It runs.",
  );
});
