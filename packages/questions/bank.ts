import arts from "./bank/arts.json" with { type: "json" };
import geography from "./bank/geography.json" with { type: "json" };
import history from "./bank/history.json" with { type: "json" };
import nature from "./bank/nature.json" with { type: "json" };
import science from "./bank/science.json" with { type: "json" };
import technology from "./bank/technology.json" with { type: "json" };
import { wordsOf } from "./comparable.ts";
import type { Difficulty, QuestionDraft } from "./question.ts";
import { createRandom, shuffle } from "./random.ts";

interface BankQuestion {
  difficulty: string;
  question: string;
  right: string;
  wrong: readonly string[];
}

/** The bank's topics with their questions. */
const topics = { arts, geography, history, nature, science, technology } satisfies Record<
  string,
  readonly BankQuestion[]
>;
type BankTopic = keyof typeof topics;

export const bankTopics = Object.keys(topics) as BankTopic[];
export const BANK_LANGUAGE = "en";

/** Other words for the topics. */
const synonyms: Record<BankTopic, readonly string[]> = {
  arts: ["art", "literature", "music", "painting", "books", "culture", "opera"],
  geography: ["countries", "capitals", "world", "places"],
  history: ["historical", "past"],
  nature: ["animals", "animal", "plants", "wildlife", "zoology", "botany"],
  science: ["physics", "chemistry", "biology", "astronomy", "space", "sciences", "medicine"],
  technology: ["tech", "computers", "computing", "inventions", "engineering", "internet"],
};
const general = new Set(["general", "knowledge", "everything", "mixed", "trivia", "quiz", "any"]);
const fillers = new Set(["and", "of", "about", "questions", "topics"]);

/** Topics of the bank that a text names, e.g. "History and art"; null if it names anything else. Pure. */
export function findBankTopics(text: string): BankTopic[] | null {
  const words = wordsOf(text, BANK_LANGUAGE).filter((word) => !fillers.has(word) && word !== "&");
  if (words.length > 0 && words.every((word) => general.has(word))) return bankTopics;
  const found = words.map((word) =>
    bankTopics.find((topic) => topic === word || synonyms[topic].includes(word)),
  );
  const known = found.filter((topic) => topic !== undefined);
  return known.length > 0 && known.length === found.length ? [...new Set(known)] : null;
}

/** All questions of the topics, in an order that the seed decides. Null: of all difficulties. Pure. */
export function dealQuestions(
  wanted: readonly BankTopic[],
  { difficulty, seed }: { difficulty: Difficulty | null; seed: number },
): QuestionDraft[] {
  const questions = wanted.flatMap((topic) =>
    topics[topic].map(
      (one): QuestionDraft => ({
        question: one.question,
        options: [one.right, ...one.wrong],
        rightOptions: [0],
        category: `${topic.charAt(0).toUpperCase()}${topic.slice(1)}`,
        difficulty: one.difficulty as Difficulty,
        explanation: null,
        attribution: null,
      }),
    ),
  );
  const matching = questions.filter((one) => difficulty === null || one.difficulty === difficulty);
  return shuffle(matching, createRandom(seed));
}
