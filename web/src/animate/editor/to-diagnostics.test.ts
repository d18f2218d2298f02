import { Text } from "@codemirror/state";
import { expect, test } from "vitest";
import { toDiagnostics } from "./to-diagnostics.ts";

const text = Text.of(["from manim import *", "    self.play(Create(Cricle()))", ""]);
const problem = { severity: "ERROR", message: "no", line: 2, column: null } as const;
const marked = (place: object) =>
  toDiagnostics([{ ...problem, ...place }], text).map(({ from, to }) => text.sliceString(from, to));

test("a problem marks its word, or its line without the indentation", () => {
  expect(marked({ column: 22 })).toEqual(["Cricle"]);
  expect(marked({})).toEqual(["self.play(Create(Cricle()))"]);
  expect(marked({ column: 29 })).toEqual([")))"]);
});

test("a place that an edited text no longer has is its end, and no place has no mark", () => {
  expect(marked({ line: 90, column: 4 })).toEqual([""]);
  expect(marked({ column: 400 })).toEqual([""]);
  expect(marked({ line: null })).toEqual([]);
});

test("marks are in the order of the text", () => {
  const problems = [problem, { ...problem, severity: "WARNING", line: 1 } as const];
  expect(toDiagnostics(problems, text).map(({ severity }) => severity)).toEqual(["warning", "error"]);
});
