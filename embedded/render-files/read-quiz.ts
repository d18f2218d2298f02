import { readFile } from "node:fs/promises";
import path from "node:path";
import { readQuestions } from "@reelay/questions";
import { TableError } from "@reelay/tables";

/** A CSV of questions, which become one video. */
export interface QuizSource {
  kind: "quiz";
  name: string;
  template: string;
  data: object;
  /** Rows that are left out, in a sentence each. */
  notes: string[];
}

const DEFAULT_TEMPLATE = "quiz-classic";

/** The quiz, or a sentence about why the file is none. */
export async function readQuiz(file: string, template = DEFAULT_TEMPLATE): Promise<QuizSource | string> {
  const name = path.basename(file);
  try {
    const { questions, issues } = readQuestions(await readFile(file));
    const notes = issues.map(
      ({ line, column, message }) =>
        `${name}, line ${line}${column === null ? "" : `, ${column}`}: ${message} This row is left out.`,
    );
    if (questions.length === 0) return [`${name} has no question that can be used.`, ...notes].join("\n");
    const data = {
      questions: questions.map(({ question, options, answerIndex, explanation }) =>
        explanation === null
          ? { question, options, answerIndex }
          : { question, options, answerIndex, explanation },
      ),
    };
    return { kind: "quiz", name, template, data, notes };
  } catch (error) {
    if (error instanceof TableError) return `${name}: ${error.message}`;
    throw error;
  }
}
