import { checkSync } from "recheck";
import { expect, test } from "vitest";
import { findExpressions } from "./regular-expressions.ts";

const UNBOUNDED = /[*+]|\{\d+,\d*\}/g;

/**
 * One repetition at most, from the text's beginning: there is nothing to try again. Spares a check that takes
 * long.
 */
function isPlain({ pattern, flags }: { pattern: string; flags: string }): boolean {
  const repetitions = pattern.match(UNBOUNDED)?.length ?? 0;
  const isAnchored = pattern.startsWith("^") && !pattern.includes("|") && !flags.includes("m");
  return repetitions === 0 || (repetitions === 1 && isAnchored);
}

test("every regular expression in the sources runs in linear time on any text", { timeout: 600_000 }, () => {
  const expressions = findExpressions();
  expect(expressions.length).toBeGreaterThan(100);
  const slow = expressions
    .filter((each) => !isPlain(each))
    .flatMap(({ pattern, flags, at }) => {
      const verdict = checkSync(pattern, flags, { timeout: 300_000, randomSeed: 1 });
      if (verdict.status === "safe") return [];
      const why = verdict.status === "vulnerable" ? verdict.complexity.summary : verdict.error.kind;
      return [`${at} /${pattern}/${flags}: ${why}`];
    });
  expect(slow).toEqual([]);
});
