import { expect, test, vi } from "vitest";
import { createGate } from "./gate.ts";
import { OverloadedError } from "./overloaded-error.ts";

/** Work that ends on command. */
function createWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: vi.fn(() => promise), resolve, reject };
}

test("the gate limits concurrency, and the others run in order of arrival", async () => {
  const gate = createGate({ concurrency: 2, maxWaiting: 10, maxWaitMs: 60_000 });
  const works = Array.from({ length: 4 }, createWork);
  const runs = works.map(({ run }) => gate.run(run));
  const begun = () => works.map(({ run }) => run.mock.calls.length);
  await Promise.resolve();
  expect([begun(), gate.running, gate.waiting]).toEqual([[1, 1, 0, 0], 2, 2]);
  works[1]?.resolve("b");
  expect(await runs[1]).toBe("b");
  await expect.poll(begun).toEqual([1, 1, 1, 0]);
  for (const work of works) work.resolve("x");
  await Promise.all(runs);
  expect([gate.running, gate.waiting]).toEqual([0, 0]);
});

test("failing work frees its slot", async () => {
  const gate = createGate({ concurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 });
  await expect(gate.run(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  await expect(
    gate.run(() => {
      throw new Error("mine");
    }),
  ).rejects.toThrow("mine");
  expect(await gate.run(() => "next")).toBe("next");
});

test("a request that finds the queue full is refused immediately with a retry time, and never runs", async () => {
  const gate = createGate({ concurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 });
  const [first, second, third] = [createWork(), createWork(), createWork()];
  const runs = [gate.run(first.run), gate.run(second.run)];
  const refused = await gate.run(third.run).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OverloadedError);
  expect(refused).toMatchObject({ code: "OVERLOADED", retryAfterMs: expect.any(Number) });
  first.resolve("a");
  second.resolve("b");
  expect(await Promise.all(runs)).toEqual(["a", "b"]);
  expect(third.run).not.toHaveBeenCalled();
});

test("a request that waited too long is refused and never runs, even if a slot becomes free later", async () => {
  const gate = createGate({ concurrency: 1, maxWaiting: 1, maxWaitMs: 1 });
  const [first, late] = [createWork(), createWork()];
  const running = gate.run(first.run);
  await expect(gate.run(late.run)).rejects.toBeInstanceOf(OverloadedError);
  first.resolve("a");
  await running;
  expect(late.run).not.toHaveBeenCalled();
  expect([gate.running, gate.waiting]).toEqual([0, 0]);
});

test("the retry time grows with the duration of the work and the length of the queue", async () => {
  let now = 0;
  const gate = createGate({ concurrency: 1, maxWaiting: 100, maxWaitMs: 60_000, now: () => now });
  for (let index = 0; index < 100; index += 1) {
    await gate.run(() => {
      now += 100;
    });
  }
  const held = createWork();
  const waiting = Array.from({ length: 101 }, () => gate.run(held.run));
  await expect(gate.run(held.run)).rejects.toMatchObject({
    retryAfterMs: expect.toSatisfy((ms: number) => ms > 5_000 && ms <= 30_000),
  });
  held.resolve("done");
  await Promise.all(waiting);
});
