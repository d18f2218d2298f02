import { OPTION_COUNT, type Question } from "./question.ts";
import { createRandom, shuffle } from "./random.ts";

/** Part of the questions whose right answer may stand at the same letter. */
const MAX_SHARE = 0.4;

/**
 * The questions with their options in an order that the seed decides: of three or more, no letter is right in
 * more than 40 %. Pure.
 */
export function shuffleAnswers(questions: readonly Question[], seed: number): Question[] {
  const random = createRandom(seed);
  const counts = Array.from({ length: OPTION_COUNT }, () => 0);
  const most = Math.max(1, Math.floor(questions.length * MAX_SHARE));
  return questions.map((question) => {
    const free = counts.flatMap((count, index) => (count < most ? [index] : []));
    const answerIndex = shuffle(free, random)[0] ?? question.answerIndex;
    counts[answerIndex] = (counts[answerIndex] ?? 0) + 1;
    const right = question.options[question.answerIndex] ?? "";
    const wrong = shuffle(
      question.options.filter((_option, index) => index !== question.answerIndex),
      random,
    );
    const [a = "", b = "", c = "", d = ""] = wrong.toSpliced(answerIndex, 0, right);
    return { ...question, options: [a, b, c, d], answerIndex };
  });
}
