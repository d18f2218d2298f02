import { pino } from "pino";
import { expect, test } from "vitest";
import { sleep } from "../../wait.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { reserveIdleMemory, reserveMemory, reserveMemoryLater } from "./reserve-memory.ts";

/** An attempt on a worker with 100 bytes. */
function attemptOn(budget = new MemoryBudget(() => 100), signal = new AbortController().signal) {
  const waits: boolean[] = [];
  const onMemoryAwaited = (isWaiting: boolean) => void waits.push(isWaiting);
  return { log: pino({ level: "silent" }), memory: { budget }, signal, onMemoryAwaited, waits };
}
const need = (bytes: number, program = "encode") => ({ program, bytes });
/** Until its signal fires. */
async function forever(signal: AbortSignal): Promise<never> {
  await sleep(60_000, signal);
  throw new Error("It was not stopped.");
}

test("memory is reserved during the work and released even if the work fails", async () => {
  const attempt = attemptOn();
  const { budget } = attempt.memory;
  await expect(
    reserveMemory(attempt, need(60), async () => {
      expect(budget.reservedBytes).toBe(60);
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  expect([budget.reservedBytes, attempt.waits]).toEqual([0, []]);
});

test("a waiting task reports that it waits until it has memory or is stopped", async () => {
  const stop = new AbortController();
  const attempt = attemptOn(new MemoryBudget(() => 100), stop.signal);
  const held = await attempt.memory.budget.reserve(60, attempt);
  const waiting = reserveMemory(attempt, need(50), async () => "done");
  expect(attempt.waits).toEqual([true]);
  held[Symbol.dispose]();
  expect(await waiting).toBe("done");
  using _again = await attempt.memory.budget.reserve(60, attempt);
  const stopped = reserveMemory(attempt, need(50), async () => "done");
  stop.abort(new Error("stopped"));
  await expect(stopped).rejects.toThrow("stopped");
  expect(attempt.waits).toEqual([true, false, true, false]);
});

test("a nested reservation throws instead of waiting, even if there is enough memory", async () => {
  const attempt = attemptOn();
  const nested = reserveMemory(attempt, need(10), () =>
    reserveMemory(attempt, need(10, "sprite"), async () => undefined),
  );
  await expect(nested).rejects.toThrow("sprite would wait for memory while encode holds some.");
});

test("idle work stops when a task needs its memory, and restarts afterwards", async () => {
  const attempt = attemptOn();
  let begun = 0;
  const first = Promise.withResolvers<undefined>();
  const idle = reserveIdleMemory(attempt, need(60, "comparison"), async (signal) => {
    begun += 1;
    first.resolve(undefined);
    return begun === 1 ? await forever(signal) : "measured";
  });
  await first.promise;
  await reserveMemory(attempt, need(60), async () => expect(begun).toBe(1));
  expect(await idle).toBe("measured");
  expect([begun, attempt.memory.budget.reservedBytes]).toEqual([2, 0]);
});

test("idle work that failed or was stopped is not restarted", async () => {
  const attempt = attemptOn();
  const broken = reserveIdleMemory(attempt, need(60), () => Promise.reject(new Error("broken")));
  await expect(broken).rejects.toThrow("broken");
  const stop = new AbortController();
  const stopped = reserveIdleMemory({ ...attempt, signal: stop.signal }, need(60), forever);
  stop.abort(new Error("stopped"));
  await expect(stopped).rejects.toThrow("stopped");
});

test("a low-priority request waits behind the other waiting requests", async () => {
  const attempt = attemptOn();
  const order: string[] = [];
  const held = await attempt.memory.budget.reserve(60, attempt);
  const later = reserveMemoryLater(attempt, need(50), async () => order.push("sprite"));
  const task = reserveMemory(attempt, need(70), async () => order.push("encode"));
  held[Symbol.dispose]();
  await Promise.all([later, task]);
  expect(order).toEqual(["encode", "sprite"]);
});
