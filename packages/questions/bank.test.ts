import { expect, test } from "vitest";
import { bankTopics, dealQuestions, findBankTopics, reviewDrafts } from "./index.ts";

const deal = (seed = 1) => dealQuestions(bankTopics, { difficulty: null, seed });

test("the bank has 200 different questions in six topics and three difficulties, and all pass the checks", () => {
  const drafts = deal();
  const reviewed = reviewDrafts(
    drafts.map((draft) => ({ line: null, draft, problem: null })),
    { language: "en" },
  );
  expect(reviewed.flatMap(({ draft, problems }) => problems.map((one) => [draft.question, one]))).toEqual([]);
  expect(drafts).toHaveLength(200);
  expect(new Set(drafts.map(({ category }) => category)).size).toBe(6);
  const groups = Map.groupBy(drafts, ({ category, difficulty }) => `${category} ${difficulty}`);
  expect(groups.size).toBe(18);
  for (const [group, questions] of groups) expect([group, questions.length >= 11]).toEqual([group, true]);
});

test("the seed decides which questions are dealt", () => {
  expect(deal(7)).toEqual(deal(7));
  expect(deal(7).slice(0, 10)).not.toEqual(deal(8).slice(0, 10));
});

test.each([
  ["History", ["history"]],
  ["the history of art", ["history", "arts"]],
  ["Space & Animals", ["science", "nature"]],
  ["General knowledge", bankTopics],
  ["Knitting", null],
  ["history of knitting", null],
  ["?", null],
])("the topic %s is %j", (text, expected) => {
  expect(findBankTopics(text)).toEqual(expected);
});
