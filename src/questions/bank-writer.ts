import { BANK_LANGUAGE, bankTopics, dealQuestions, findBankTopics } from "@reelay/questions";
import { InvalidInputError } from "../errors/index.ts";
import { type QuestionWriter, QuestionWriterError } from "./question-writer.ts";

const REMEDY = "The operator can set GEMINI_API_KEY to have questions about any topic in any language.";
const usage = { inputTokens: 0, outputTokens: 0 };

/** Deals questions of the built-in bank: offline, in English, about six topics. */
export function createBankWriter(): QuestionWriter {
  return {
    name: "bank",
    model: null,
    costOf: () => 0,
    assertCanWrite({ topic, language, verify }) {
      if (findBankTopics(topic) === null)
        throw new InvalidInputError(
          "TOPIC_NOT_IN_BANK",
          "topic",
          `topic: the question bank has the topics ${bankTopics.join(", ")}, and "general knowledge" for all of them. ${REMEDY}`,
        );
      if (new Intl.Locale(language).language !== BANK_LANGUAGE)
        throw new InvalidInputError(
          "LANGUAGE_NOT_IN_BANK",
          "language",
          `language: the question bank is in English ("${BANK_LANGUAGE}"). ${REMEDY}`,
        );
      if (verify)
        throw new InvalidInputError(
          "VERIFICATION_UNAVAILABLE",
          "verify",
          `verify: only a model can answer questions a second time. Leave it out: people have verified the question bank. ${REMEDY}`,
        );
    },
    async write({ topic, difficulty, count, avoid, seed }) {
      const avoided = new Set(avoid);
      const dealt = dealQuestions(findBankTopics(topic) ?? [], { difficulty, seed });
      const drafts = dealt.filter(({ question }) => !avoided.has(question)).slice(0, count);
      if (drafts.length > 0) return { drafts, usage, error: null };
      const error = new QuestionWriterError(
        "BANK_EXHAUSTED",
        `The question bank has ${dealt.length} questions of this topic and difficulty, and sets of this workspace have all of them. Choose another topic or difficulty, or delete a set. ${REMEDY}`,
        { retriable: false },
      );
      return { drafts, usage, error };
    },
  };
}
