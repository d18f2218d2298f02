import { expect, test } from "vitest";
import { describeRetries, planFailedFilter } from "./plan-filter.ts";

test("jobs that were already retried are not listed as failed", () => {
  expect(planFailedFilter("", false)).toEqual({ status: ["FAILED"], isSuperseded: false });
  expect(planFailedFilter("STORAGE", true)).toEqual({
    status: ["FAILED"],
    isSuperseded: false,
    errorScope: ["STORAGE"],
    isRetriable: true,
  });
});

test("the result of a retry is one sentence, with the first reason for skipped jobs", () => {
  expect(describeRetries(1, [])).toBe("Retrying 1 job.");
  expect(describeRetries(2, [{ reason: { message: "It runs." } }])).toBe(
    "Retrying 2 jobs. 1 could not be retried: It runs.",
  );
});
