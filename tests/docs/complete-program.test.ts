import { expect, test } from "vitest";
import { completeProgram } from "./complete-program.ts";

const givens = {
  ask: "const api = 1; const ask = () => api;",
  api: "const api = 1; const ask = () => api;",
  file: "const file = await ask();",
  id: "const id = 5;",
};

test("declarations that a snippet uses are put before it once, in the order of their dependencies", () => {
  expect(completeProgram("ask(file, api);", givens)).toBe(
    "const api = 1; const ask = () => api;\nconst file = await ask();\nask(file, api);",
  );
});

test("names that a snippet declares, and property names, are not added", () => {
  for (const code of [
    "const file = 1;",
    "const { file } = x;",
    'import { file } from "x";',
    'import file from "x";',
    "function file() {}",
    "video.id;",
    'print("file \\" id");',
  ])
    expect(completeProgram(code, givens)).toBe(code);
});
