import { describe, expect, test } from "vitest";
import { MemoryBudget } from "./memory-budget.ts";

const never = new AbortController().signal;

test("a request that fits is granted immediately; others wait until enough memory is returned", async () => {
  const budget = new MemoryBudget(() => 100);
  const first = await budget.reserve(60, { signal: never });
  using _second = await budget.reserve(40, { signal: never });
  let waited = 0;
  const third = budget.reserve(50, { signal: never, onWait: () => (waited += 1) });
  expect([waited, budget.waiting, budget.reservedBytes]).toEqual([1, 1, 100]);
  first[Symbol.dispose]();
  using _third = await third;
  expect([budget.waiting, budget.reservedBytes]).toEqual([0, 90]);
});

test("a later small request does not overtake a waiting large one", async () => {
  const budget = new MemoryBudget(() => 100);
  const order: string[] = [];
  const first = await budget.reserve(60, { signal: never });
  const large = budget.reserve(80, { signal: never }).then((held) => {
    order.push("large");
    return held;
  });
  const small = budget.reserve(10, { signal: never }).then((held) => {
    order.push("small");
    return held;
  });
  first[Symbol.dispose]();
  await Promise.all([large, small]);
  expect(order).toEqual(["large", "small"]);
});

test("an aborted request reserves no memory and unblocks the requests behind it", async () => {
  const budget = new MemoryBudget(() => 100);
  using _first = await budget.reserve(60, { signal: never });
  const stop = new AbortController();
  const large = budget.reserve(80, { signal: stop.signal });
  const small = budget.reserve(10, { signal: never });
  stop.abort(new Error("canceled"));
  await expect(large).rejects.toThrow("canceled");
  using _small = await small;
  expect(budget.reservedBytes).toBe(70);
});

test("optional work reserves free memory immediately or not at all, and never ahead of waiting requests", async () => {
  const budget = new MemoryBudget(() => 100);
  const first = await budget.reserve(60, { signal: never });
  expect(budget.tryReserve(50)).toBeNull();
  const extra = budget.tryReserve(30);
  expect(budget.reservedBytes).toBe(90);
  const large = budget.reserve(80, { signal: never });
  expect(budget.tryReserve(5)).toBeNull();
  extra?.[Symbol.dispose]();
  first[Symbol.dispose]();
  using _large = await large;
  expect(budget.reservedBytes).toBe(80);
});

test("a request above the capacity reserves the whole capacity exclusively", async () => {
  const budget = new MemoryBudget(() => 100);
  const small = await budget.reserve(10, { signal: never });
  const large = budget.reserve(150, { signal: never });
  expect([budget.waiting, budget.reservedBytes]).toEqual([1, 10]);
  small[Symbol.dispose]();
  using held = await large;
  expect([held.bytes, budget.reservedBytes, budget.tryReserve(1)]).toEqual([100, 100, null]);
});

describe("an idle reservation", () => {
  test("is granted after all waiting requests, including later ones", async () => {
    const budget = new MemoryBudget(() => 100);
    const order: string[] = [];
    const first = await budget.reserve(60, { signal: never });
    const idle = budget.reserveIdle(50, never).then((held) => {
      order.push("idle");
      return held;
    });
    const task = budget.reserve(70, { signal: never }).then((held) => {
      order.push("task");
      return held;
    });
    first[Symbol.dispose]();
    const held = await task;
    expect(order).toEqual(["task"]);
    held[Symbol.dispose]();
    using _idle = await idle;
    expect(order).toEqual(["task", "idle"]);
  });

  test("must release its memory only when another request has to wait", async () => {
    const budget = new MemoryBudget(() => 100);
    const idle = await budget.reserveIdle(50, never);
    using _beside = await budget.reserve(40, { signal: never });
    expect(idle.wanted.aborted).toBe(false);
    const task = budget.reserve(60, { signal: never });
    expect(idle.wanted.aborted).toBe(true);
    idle[Symbol.dispose]();
    using _task = await task;
    expect([budget.waiting, budget.reservedBytes]).toEqual([0, 100]);
  });

  test("must release its memory immediately if a request arrived between its grant and its start", async () => {
    const budget = new MemoryBudget(() => 100);
    const first = await budget.reserve(60, { signal: never });
    const granted = budget.reserveIdle(50, never);
    first[Symbol.dispose]();
    const task = budget.reserve(70, { signal: never });
    const idle = await granted;
    expect(idle.wanted.aborted).toBe(true);
    idle[Symbol.dispose]();
    using _task = await task;
  });

  test("stops waiting when its signal aborts", async () => {
    const budget = new MemoryBudget(() => 100);
    using _first = await budget.reserve(60, { signal: never });
    const stop = new AbortController();
    const idle = budget.reserveIdle(50, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(idle).rejects.toThrow("stopped");
    expect(budget.reservedBytes).toBe(60);
  });
});

test("when the worker itself uses more memory, waiting requests are still granted, one at a time", async () => {
  let capacity = 100;
  const budget = new MemoryBudget(() => capacity);
  const first = await budget.reserve(60, { signal: never });
  const second = budget.reserve(90, { signal: never });
  capacity = 80;
  first[Symbol.dispose]();
  using _second = await second;
  expect(budget.reservedBytes).toBe(90);
});

test("fractions of bytes leave no rest that would block a request above the capacity for good", async () => {
  let capacity = 100;
  const budget = new MemoryBudget(() => capacity);
  // In floating-point numbers, 0.1 + 0.2 - 0.1 - 0.2 is not 0.
  const first = await budget.reserve(0.1, { signal: never });
  const second = await budget.reserve(0.2, { signal: never });
  const large = budget.reserve(100, { signal: never });
  capacity = 99;
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  expect((await large).bytes).toBe(100);
});

test("returning the same memory twice has no further effect", async () => {
  const budget = new MemoryBudget(() => 100);
  const held = await budget.reserve(60, { signal: never });
  using _other = await budget.reserve(30, { signal: never });
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  expect(budget.reservedBytes).toBe(30);
});
