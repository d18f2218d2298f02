import { expect, test } from "vitest";
import { isJson, readTableFile, topicOf } from "./table-file.ts";

test("a file's name is the topic, and its text keeps every character", async () => {
  const file = new File(["\u{feff}question,answer\nWer?,Ä"], "Roman_history.csv");
  expect(await readTableFile(file)).toEqual({
    topic: "Roman history",
    text: "question,answer\nWer?,Ä",
  });
  expect(topicOf(`${"x".repeat(200)}.csv`)).toHaveLength(80);
});

test("a file that is no text in UTF-8, or too large, is refused with what to do", async () => {
  const latin1 = new File([new Uint8Array([0x67, 0xe4])], "quiz.csv");
  await expect(readTableFile(latin1)).rejects.toThrow("encoding UTF-8");
  await expect(readTableFile(new File(["PK"], "quiz.xlsx"))).rejects.toThrow("Save its sheet as CSV");
  await expect(readTableFile(new File(["x".repeat(1_000_001)], "quiz.csv"))).rejects.toThrow("Split it");
});

test("JSON differs from tables by its first character", () => {
  expect(['[{"question":"Why?"}]', ' {"results":[]}'].map(isJson)).toEqual([true, true]);
  expect(["question,answer", '"question";"answer"', ""].map(isJson)).toEqual([false, false, false]);
});
