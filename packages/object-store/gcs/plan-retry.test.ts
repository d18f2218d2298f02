import { expect, test } from "vitest";
import { planRetry, retryPolicy } from "./plan-retry.ts";
import { parseRetryAfter } from "./transport.ts";

const failure = { tried: 1, elapsedMs: 0, retryAfterMs: null, random: 1 };

test("pauses double up to the maximum, with a jitter of one half", () => {
  const pauses = (random: number) =>
    [1, 2, 3, 7, 8, 15].map((tried) => planRetry(retryPolicy, { ...failure, tried, random }));
  expect(pauses(1)).toEqual([100, 200, 400, 6_400, 8_000, 8_000]);
  expect(pauses(0)).toEqual([50, 100, 200, 3_200, 4_000, 4_000]);
});

test("a pause is never shorter than the server requested", () => {
  expect(planRetry(retryPolicy, { ...failure, retryAfterMs: 3_000 })).toBe(3_000);
  expect(planRetry(retryPolicy, { ...failure, tried: 9, retryAfterMs: 1 })).toBe(8_000);
});

test("tries and time are limited", () => {
  const { tries, totalMs } = retryPolicy;
  expect(planRetry(retryPolicy, { ...failure, tried: tries })).toBeNull();
  expect(planRetry(retryPolicy, { ...failure, elapsedMs: totalMs - 50 })).toBeNull();
  expect(planRetry(retryPolicy, { ...failure, retryAfterMs: totalMs })).toBeNull();
});

test.each([
  ["3", 3_000],
  ["Thu, 01 Jan 1970 00:00:10 GMT", 9_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", null],
  [undefined, null],
])("Retry-After: %s means %s ms", (value, expected) => {
  expect(parseRetryAfter(value, 1_000)).toBe(expected);
});
