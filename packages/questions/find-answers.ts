import { comparable } from "./comparable.ts";
import { OPTION_LETTERS, type QuestionProblem } from "./question.ts";

type Style = "LETTER" | "NUMBER" | "TEXT";

interface AnswerCell {
  answer: string;
  options: readonly string[];
}

const LETTER = /^\(?([A-D])[).:]?$/i;
const NUMBER = /^\(?([1-4])[).:]?$/;

const readers: Record<Style, (cell: AnswerCell) => number> = {
  LETTER: ({ answer }) => {
    const letter = LETTER.exec(answer)?.[1];
    return letter === undefined ? -1 : OPTION_LETTERS.indexOf(letter.toUpperCase());
  },
  NUMBER: ({ answer }) => Number(NUMBER.exec(answer)?.[1] ?? 0) - 1,
  TEXT: ({ answer, options }) => {
    if (answer === "") return -1;
    const exact = options.indexOf(answer);
    return exact === -1
      ? options.findIndex((option) => comparable(option, "und") === comparable(answer, "und"))
      : exact;
  },
};
const styles = Object.keys(readers) as Style[];

type Answer = { ok: true; index: number } | { ok: false; problem: QuestionProblem };

/**
 * Indexes of the right options, which tables name by a letter (A to D), by a number (1 to 4) or by their
 * text. A cell such as 4 may be a number and a text: then the style that fits all rows counts, if there is
 * only one. Pure.
 */
export function findAnswers(cells: readonly AnswerCell[]): Answer[] {
  const fitting = styles.filter((style) => cells.every((cell) => readers[style](cell) !== -1));
  const [only, ...others] = fitting;
  const allowed = only !== undefined && others.length === 0 ? [only] : styles;
  return cells.map((cell) => findAnswer(cell, allowed));
}

function findAnswer(cell: AnswerCell, allowed: readonly Style[]): Answer {
  const found = allowed.map((style) => readers[style](cell)).filter((index) => index !== -1);
  const [index] = found;
  const shown = JSON.stringify(cell.answer.slice(0, 60));
  if (index === undefined)
    return fail(
      "ANSWER_UNKNOWN",
      cell.answer === ""
        ? "The answer is missing. Write the letter (A to D), the number (1 to 4) or the text of the right option."
        : `The answer ${shown} is none of the options. Write the letter (A to D), the number (1 to 4) or the text of the right option.`,
    );
  if (new Set(found).size === 1) return { ok: true, index };
  return fail(
    "ANSWER_AMBIGUOUS",
    `The answer ${shown} is the text of one option and the letter or number of another. Write letters in all rows, or the whole text of the right options.`,
  );
}

const fail = (code: string, message: string): Answer => ({ ok: false, problem: { code, message } });
