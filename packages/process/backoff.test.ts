import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("pauses double up to a limit, between half and all of it by chance", () => {
  const pauses = [0, 1, 2, 3, 2_000].map((failures) => backoffMs(failures, 100, 500, () => 1));
  expect(pauses).toEqual([100, 200, 400, 500, 500]);
  expect(backoffMs(1, 100, 500, () => 0)).toBe(100);
});
