import { expect, test } from "vitest";
import { createReadiness } from "./health.ts";

test("a check that times out counts as passed for a while after its last success, so load removes no process", async () => {
  let now = 0;
  let answer: () => Promise<unknown> = async () => 1;
  const ask = createReadiness({
    checks: { database: () => answer() },
    timeoutMs: 5,
    lateOkMs: 10_000,
    now: () => now,
  });
  expect(await ask()).toEqual({ isOk: true, checks: { database: { isOk: true } } });
  answer = () => new Promise(() => {});
  now = 9_999;
  const reason = "no answer within 5 ms";
  expect(await ask()).toEqual({ isOk: true, checks: { database: { isOk: true, reason } } });
  now = 10_000;
  expect(await ask()).toEqual({ isOk: false, checks: { database: { isOk: false, reason } } });
});

test("a check that fails counts immediately, and one that never passed has no grace period", async () => {
  const checks = {
    refused: () => Promise.reject(Object.assign(new Error("at 10.0.0.1"), { code: "ECONNREFUSED" })),
    broken: () => Promise.reject(new Error("Invalid invocation in /app/src/api.ts:12:34")),
    silent: () => new Promise(() => {}),
  };
  const failed: unknown[] = [];
  const onFailed = (name: string, error: unknown) => void failed.push([name, String(error)]);
  const ask = createReadiness({ checks, timeoutMs: 5, lateOkMs: 10_000, onFailed });
  await ask();
  expect(await ask()).toEqual({
    isOk: false,
    checks: {
      refused: { isOk: false, reason: "failed with ECONNREFUSED" },
      broken: { isOk: false, reason: "failed; the log has the error" },
      silent: { isOk: false, reason: "no answer within 5 ms" },
    },
  });
  expect(failed).toEqual([
    ["refused", "Error: at 10.0.0.1"],
    ["broken", "Error: Invalid invocation in /app/src/api.ts:12:34"],
  ]);
});
