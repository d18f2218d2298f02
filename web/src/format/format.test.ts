import { expect, test } from "vitest";
import { describeStep } from "./describe-step.ts";
import { count, formatBitrate, formatBytes, formatMicros, formatSpeed, percentOf } from "./numbers.ts";
import { formatAgo, formatDuration, formatSpan, formatUntil } from "./time.ts";

test("sizes use a unit that leaves one to three digits before the point", () => {
  expect([0, 999, 1_000, 1_449_000, 23_456_000_000].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "1.4 MB",
    "23 GB",
  ]);
  expect(formatBytes(999_999)).toBe("1.0 MB");
  expect(formatBitrate(4_500_000)).toBe("4.5 Mb/s");
  expect([0, 12, 2_340, 1_500_000].map(formatMicros)).toEqual(["$0.00", "$0.000012", "$0.0023", "$1.50"]);
});

test("the percentage is 100 only when the progress is complete", () => {
  expect([0, 0.004, 0.5, 0.999, 1].map(percentOf)).toEqual([0, 0, 50, 99, 100]);
});

test("durations are formatted as on a player's clock, and spans are rounded", () => {
  expect([0, 6_900, 65_000, 3_723_000].map(formatDuration)).toEqual(["0:00", "0:07", "1:05", "1:02:03"]);
  expect([400, 59_000, 61_000, 3_600_000, 7_500_000, 200_000_000].map(formatSpan)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "1 h",
    "2 h 5 min",
    "2 d",
  ]);
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(formatAgo("2026-11-21T11:59:55Z", now)).toBe("just now");
  expect(formatAgo("2026-11-21T11:55:00Z", now)).toBe("5 min ago");
  expect(formatUntil("2026-11-21T12:05:00Z", now)).toBe("in 5 min");
  expect(formatUntil("2026-11-21T11:55:00Z", now)).toBe("now");
});

test("counts agree with their noun", () => {
  expect([count(1, "video"), count(2, "video"), count(0, "try", "tries")]).toEqual([
    "1 video",
    "2 videos",
    "0 tries",
  ]);
  expect([0.25, 9.96, 12.4].map(formatSpeed)).toEqual(["0.3×", "10.0×", "12×"]);
});

test("an animation is counted from one, and from the number of animations only while that holds", () => {
  const step = { kind: "ANIMATION", index: 3, count: 10, name: "Create(Circle)" } as const;
  expect(describeStep(step)).toBe("Animation 4 of 10: Create(Circle)");
  expect(describeStep({ ...step, count: null })).toBe("Animation 4: Create(Circle)");
  expect(describeStep({ ...step, count: 3 })).toBe("Animation 4: Create(Circle)");
  expect(describeStep({ ...step, kind: "SCENE", name: "Question 4" })).toBe("Scene 4 of 10: Question 4");
});
