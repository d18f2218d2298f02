import { expect, test } from "vitest";
import { Reporters } from "./reporters.ts";

test("a chunk reports once all before it are encoded, and at once then", () => {
  const reported: string[] = [];
  const reporters = new Reporters();
  const first = reporters.add(() => reported.push("first"));
  const second = reporters.add(() => reported.push("second"));
  reporters.report();
  expect([reporters.isFirst(first), reporters.isFirst(second)]).toEqual([true, false]);
  reporters.remove(first);
  reporters.report();
  expect(reporters.isFirst(second)).toBe(true);
  expect(reported).toEqual(["first", "second", "second"]);
});

test("a chunk that is encoded before an earlier one never reports", () => {
  const reported: string[] = [];
  const reporters = new Reporters();
  const first = reporters.add(() => reported.push("first"));
  const second = reporters.add(() => reported.push("second"));
  reporters.remove(second);
  reporters.remove(second);
  reporters.report();
  reporters.remove(first);
  reporters.report();
  expect(reported).toEqual(["first"]);
});
