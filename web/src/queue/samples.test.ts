import { expect, test } from "vitest";
import { addSample, jobsPerMinute, oldestMs, planCurve, type Sample } from "./samples.ts";

const sample = (at: number, ended = 0): Sample => ({ at, queued: 0, running: 0, oldestMs: 0, fps: 0, ended });

test("at most half an hour of samples is kept", () => {
  let samples: readonly Sample[] = [];
  for (let at = 0; at < 1_000; at += 1) samples = addSample(samples, sample(at));
  expect([samples.length, samples[0]?.at, samples.at(-1)?.at]).toEqual([900, 100, 999]);
});

test("the jobs per minute are those of the last minute, and unknown before ten seconds of samples", () => {
  expect(jobsPerMinute([])).toBeNull();
  expect(jobsPerMinute([sample(0), sample(5_000, 3)])).toBeNull();
  expect(jobsPerMinute([sample(0), sample(30_000, 3)])).toBe(6);
  expect(jobsPerMinute([sample(0, 0), sample(60_000, 100), sample(120_000, 104)])).toBe(4);
});

test("the longest wait is that of the oldest task in any pool", () => {
  const pool = (ms: number | null) => ({ oldestQueuedAt: ms === null ? null : new Date(ms).toISOString() });
  expect(oldestMs([pool(9_000), pool(null), pool(4_000)], 10_000)).toBe(6_000);
  expect(oldestMs([pool(null)], 10_000)).toBe(0);
  // The server's clock may be ahead.
  expect(oldestMs([pool(11_000)], 10_000)).toBe(0);
});

test("a curve ends at the right edge and has its maximum at the top", () => {
  const curve = planCurve(
    [
      { at: 0, value: 0 },
      { at: 5_000, value: 4 },
      { at: 10_000, value: 2 },
    ],
    10_000,
  );
  expect(curve).toEqual({ points: "0.00,100.00 50.00,0.00 100.00,50.00", max: 4, last: 2 });
  expect(planCurve([], 1).points).toBe("");
  expect(planCurve([{ at: 0, value: 0 }], 10).points).toBe("100.00,100.00");
});
