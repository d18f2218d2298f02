import { expect, test } from "vitest";
import { completeProgram } from "./complete-program.ts";

const givens = {
  ask: "const api = 1; const ask = () => api;",
  api: "const api = 1; const ask = () => api;",
  file: "const file = await ask();",
  id: "const id = 5;",
};

test("what a snippet uses is put before it, once, and what that uses before that", () => {
  expect(completeProgram("ask(file, api);", givens)).toBe(
    "const api = 1; const ask = () => api;\nconst file = await ask();\nask(file, api);",
  );
});

test("what a snippet declares itself is left out, and so is what is another's property", () => {
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
