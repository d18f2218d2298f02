import { expect, test } from "vitest";
import { isJson, readTableFile, topicOf } from "./table-file.ts";

test("a file's name is the topic, and its text keeps every character", async () => {
  const file = new File(["\u{feff}question,answer\nWer?,Ä"], "Roman_history.csv");
  expect(await readTableFile(file)).toEqual({
    topic: "Roman history",
    text: "question,answer\nWer?,Ä",
    file,
  });
  expect(topicOf(`${"x".repeat(200)}.csv`)).toHaveLength(80);
});

test("a workbook, a large file and one that is not in UTF-8 are left to the API as they are", async () => {
  const latin1 = new File([new Uint8Array([0x67, 0xe4])], "quiz.csv");
  for (const file of [latin1, new File(["PK"], "quiz.xlsx"), new File(["x".repeat(1_000_001)], "quiz.csv")])
    expect(await readTableFile(file)).toEqual({ topic: "quiz", text: null, file });
});

test("JSON differs from tables by its first character", () => {
  expect(['[{"question":"Why?"}]', ' {"results":[]}'].map(isJson)).toEqual([true, true]);
  expect(["question,answer", '"question";"answer"', ""].map(isJson)).toEqual([false, false, false]);
});
