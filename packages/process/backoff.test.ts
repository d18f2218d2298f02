import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test.each([
  [0, 100],
  [1, 200],
  [2, 400],
  [3, 500],
  [2_000, 500],
])("after %i failures the pause is between half and all of %i ms", (failures, fullMs) => {
  for (let i = 0; i < 100; i += 1) {
    const pause = backoffMs(failures, 100, 500);
    expect(pause).toBeGreaterThanOrEqual(fullMs / 2);
    expect(pause).toBeLessThanOrEqual(fullMs);
  }
});
