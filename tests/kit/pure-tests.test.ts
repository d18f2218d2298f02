import { expect, test } from "vitest";
import { findPureTests } from "./pure-tests.ts";

test("a test of planners and parsers is pure", () => {
  const tests = ["src/streaming/master-playlist.test.ts", "embedded/broker/dispatcher.test.ts"];
  expect(findPureTests(tests)).toEqual(tests);
});

test("a test that reaches a file, a database or a process is not pure, even through other modules", () => {
  expect(
    findPureTests([
      // Directly.
      "scripts/install/lock.test.ts",
      // Through the kit.
      "tests/kit/kit.test.ts",
      // Through the code under test.
      "src/quotas/active-jobs.test.ts",
    ]),
  ).toEqual([]);
});
