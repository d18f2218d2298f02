import { expect, test } from "vitest";
import { describeTimes } from "./slowest-files.ts";

test("a run's report totals each project and lists its slowest files, slowest first", () => {
  const files = [
    { project: "unit", file: "src/quick.test.ts", seconds: 0.25 },
    { project: "unit", file: "src/slow.test.ts", seconds: 2 },
    { project: "e2e", file: "tests/e2e/cancel.test.ts", seconds: 31.12 },
  ];
  expect(describeTimes(files)).toMatchInlineSnapshot(`
    "Time in test files, by project:
         2.3 s  unit, files: 2
        31.1 s  e2e, files: 1
    The 3 slowest files:
        31.1 s  e2e  tests/e2e/cancel.test.ts
         2.0 s  unit  src/slow.test.ts
         0.3 s  unit  src/quick.test.ts"
  `);
});

test("at most twenty files are listed", () => {
  const files = Array.from({ length: 30 }, (_, index) => ({
    project: "unit",
    file: `${index}.test.ts`,
    seconds: index,
  }));
  expect(describeTimes(files).split("\n").slice(2)).toHaveLength(21);
});
