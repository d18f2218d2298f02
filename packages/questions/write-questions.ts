import { writeCsv } from "@reelay/tables";
import { formatAttribution } from "./attribution.ts";
import { OPTION_LETTERS, type Question } from "./question.ts";

const columns = [
  "question",
  ..."option1 option2 option3 option4".split(" "),
  "answer",
  "category",
  "difficulty",
  "explanation",
  "attribution",
];

/** A CSV with the columns that `readQuestions` reads. Spreadsheets run nothing of it. Pure. */
export const writeQuestions = (questions: readonly Question[]): string =>
  writeCsv(
    columns,
    questions.map(({ question, options, answerIndex, ...details }) => [
      question,
      ...options,
      OPTION_LETTERS[answerIndex] ?? "",
      details.category ?? "",
      details.difficulty?.toLowerCase() ?? "",
      details.explanation ?? "",
      details.attribution === null ? "" : formatAttribution(details.attribution),
    ]),
  );
