import { TableError } from "@reelay/tables";
import { expect, test } from "vitest";
import { readJson, reviewDrafts } from "./index.ts";

const own = {
  question: "Which planet is called the red one?",
  options: ["Mars", "Venus", "Saturn", "Uranus"],
};
const codes = (entries: object[]) =>
  reviewDrafts(readJson(JSON.stringify(entries)).drafts, { language: "en" }).map(
    ({ question, problems }) => question?.options[question.answerIndex] ?? problems[0]?.code,
  );

test("questions are read from JSON with answers as letter, number, text or index", () => {
  expect(codes([{ ...own, answer: "b" }])).toEqual(["Venus"]);
  expect(codes([{ ...own, answer: 2 }])).toEqual(["Venus"]);
  expect(codes([{ ...own, answer: "venus" }])).toEqual(["Venus"]);
  expect(codes([{ ...own, answerIndex: 1 }])).toEqual(["Venus"]);
  expect(codes([{ ...own, answerIndex: 4 }])).toEqual(["ANSWER_COUNT_INVALID"]);
  expect(codes([own])).toEqual(["ANSWER_UNKNOWN"]);
  expect(codes([{ ...own, answer: "a", difficulty: "extreme" }])).toEqual(["DIFFICULTY_UNKNOWN"]);
});

test("an answer of the Open Trivia Database keeps its attribution and loses its entities", () => {
  const entry = {
    type: "multiple",
    ...{
      difficulty: "medium",
      category: "Science &amp; Nature",
      question: "Who wrote &quot;Faust&quot;, in verse?",
    },
    correct_answer: "Goethe",
    incorrect_answers: ["Schiller", "Hein&eacute;", "Kleist"],
  };
  const truth = {
    ...entry,
    question: "Is the sky blue at noon?",
    incorrect_answers: ["False"],
    correct_answer: "True",
  };
  const { drafts, issues } = readJson(
    JSON.stringify({ response_code: 0, results: [entry, truth, { type: 1 }] }),
  );
  const [first, second] = reviewDrafts(drafts, { language: "en" });
  expect(first?.question).toEqual({
    ...{ question: 'Who wrote "Faust", in verse?', options: ["Goethe", "Schiller", "Heiné", "Kleist"] },
    ...{ answerIndex: 0, category: "Science & Nature", difficulty: "MEDIUM", explanation: null },
    attribution: { source: "Open Trivia Database", licence: "CC BY-SA 4.0", url: "https://opentdb.com" },
  });
  expect(second?.problems[0]?.code).toBe("OPTION_COUNT_INVALID");
  expect(issues).toEqual([
    {
      ...{ line: null, column: null, code: "ENTRY_INVALID" },
      message: expect.stringMatching(/^results\.2\.question: /),
    },
  ]);
});

test.each([
  ["{", "JSON_INVALID"],
  ["{}", "JSON_SHAPE_UNKNOWN"],
  ["null", "JSON_SHAPE_UNKNOWN"],
  [JSON.stringify(Array.from({ length: 1_001 }, () => own)), "ROWS_TOO_MANY"],
])("a JSON that is no list of questions is refused", (text, code) => {
  expect(() => readJson(text)).toThrow(expect.objectContaining({ code }));
  expect(() => readJson(text)).toThrow(TableError);
});
