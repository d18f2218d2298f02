import { containsWords } from "./comparable.ts";
import { type QuestionDraft, type QuestionProblem, tidyText } from "./question.ts";

/** Of no language, so that no word is left out as an article. */
const NO_LANGUAGE = "und";

/**
 * Why a question may not be used in a workspace that blocks these words; null if it may. Words and phrases
 * are compared as a whole, without case, punctuation and width. Pure.
 *
 * Code: `WORD_BLOCKED`.
 */
export function findBlockedWord(
  { question, options, category, explanation }: QuestionDraft,
  blocked: readonly string[],
): QuestionProblem | null {
  const texts = [question, ...options, category ?? "", explanation ?? ""].map(tidyText);
  const word = blocked.find((one) => texts.some((text) => containsWords(text, one, NO_LANGUAGE)));
  if (word === undefined) return null;
  const message = `The question contains ${JSON.stringify(word)}, which the workspace blocks. Write it without that word.`;
  return { code: "WORD_BLOCKED", message };
}
