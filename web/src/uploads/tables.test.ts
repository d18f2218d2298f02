import { expect, test } from "vitest";
import { isTable, isTableText } from "./tables.ts";

test("tables and media differ by name or type", () => {
  const files = ["quiz.csv", "QUIZ.TSV", "quiz.json", "quiz.xlsx"].map((name) => ({ name, type: "" }));
  expect(files.every(isTable)).toBe(true);
  expect(isTable({ name: "quiz", type: "text/csv" })).toBe(true);
  expect(isTable({ name: "clip.mp4", type: "video/mp4" })).toBe(false);
  expect(isTable({ name: "clip.ts", type: "" })).toBe(false);
});

test("rows of a spreadsheet are recognized among other texts", () => {
  expect(isTableText("question\toption1\tanswer\nWhy?\tSo\tA")).toBe(true);
  expect(isTableText("question,option1,answer\nWhy?,So,A\n")).toBe(true);
  expect(isTableText("https://example.com/a.mp4\nhttps://example.com/b.mp4")).toBe(false);
  expect(isTableText("Well, this is, a sentence.")).toBe(false);
});
