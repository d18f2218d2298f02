import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Patience } from "./patience.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { silenceMs: 20_000, totalMs: 60_000 };

/** Waits for a record that comes after so long. */
async function waitFor(patience: Patience, ms: number): Promise<void> {
  const record = patience.during(new Promise<void>((resolve) => setTimeout(resolve, ms)));
  await vi.advanceTimersByTimeAsync(ms);
  await record;
}

test("silence counts from the last record, whenever that came", async () => {
  const patience = new Patience(limits);
  await waitFor(patience, 15_000);
  void patience.during(Promise.withResolvers<void>().promise);
  await vi.advanceTimersByTimeAsync(19_999);
  expect(patience.over.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(patience.over.reason).toBe("STALLED");
});

test("a painter that sends a record now and then runs out of time, too", async () => {
  const patience = new Patience(limits);
  for (let records = 0; records < 3; records += 1) await waitFor(patience, 19_000);
  void patience.during(Promise.withResolvers<void>().promise);
  await vi.advanceTimersByTimeAsync(2_999);
  expect(patience.over.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(patience.over.reason).toBe("TIMEOUT");
});

test("time in which the worker waits for something else does not count", async () => {
  const patience = new Patience(limits);
  for (let records = 0; records < 100; records += 1) {
    await waitFor(patience, 100);
    await vi.advanceTimersByTimeAsync(30_000);
  }
  expect(patience.over.aborted).toBe(false);
});
