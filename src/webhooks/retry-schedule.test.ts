import { expect, test } from "vitest";
import { parseRetryAfterMs, planRetryMs } from "./retry-schedule.ts";

const hour = 3_600_000;

test("ten attempts take about three days, each wait longer than the one before", () => {
  const waits = Array.from({ length: 10 }, (_, index) => planRetryMs(index + 1, { random: 0.5 }));
  expect(waits.map((ms) => ms && ms / 1_000)).toEqual([
    5,
    300,
    1_800,
    7_200,
    18_000,
    36_000,
    50_400,
    72_000,
    86_400,
    null,
  ]);
  const sum = waits.reduce<number>((total, ms) => total + (ms ?? 0), 0);
  expect(sum / hour).toBeCloseTo(75.6, 1);
});

test("waits have a jitter of up to a tenth", () => {
  expect(planRetryMs(4, { random: 0 })).toBe(108 * 60_000);
  expect(planRetryMs(4, { random: 1 })).toBe(132 * 60_000);
});

test("the wait is never shorter than the receiver requested", () => {
  expect(planRetryMs(1, { pauseMs: 60_000 })).toBe(60_000);
  expect(planRetryMs(5, { pauseMs: 60_000, random: 0.5 })).toBe(5 * hour);
});

test.each([
  ["120", 120_000],
  ["Sat, 21 Nov 2026 20:01:00 GMT", 60_000],
  ["Sat, 21 Nov 2026 19:00:00 GMT", undefined],
  ["999999999", 24 * hour],
  ["0", undefined],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After: %s requests %s ms", (value, expected) => {
  expect(parseRetryAfterMs(value, new Date("2026-11-21T20:00:00Z"))).toBe(expected);
});
