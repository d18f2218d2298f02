import { expect, test } from "vitest";
import { seldom } from "./seldom.ts";

test("an expensive check runs once per period for all callers, and more often while it fails", async () => {
  let now = 0;
  let asked = 0;
  let isOk = true;
  const check = seldom(
    async () => {
      asked += 1;
      if (!isOk) throw new Error("no room");
    },
    { okMs: 5_000, failedMs: 1_000, now: () => now },
  );
  const { signal } = new AbortController();
  await Promise.all([check(signal), check(signal)]);
  now = 4_999;
  await check(signal);
  expect(asked).toBe(1);
  isOk = false;
  now = 5_000;
  await expect(check(signal)).rejects.toThrow("no room");
  isOk = true;
  now = 5_999;
  await expect(check(signal)).rejects.toThrow("no room");
  now = 6_000;
  await check(signal);
  expect(asked).toBe(3);
});
