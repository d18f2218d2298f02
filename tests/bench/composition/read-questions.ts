import { resolve } from "node:path";
import { readQuiz } from "../../../embedded/render-files/read-quiz.ts";

const example = resolve(import.meta.dirname, "../../../examples/questions.csv");

/** The first questions of the example. */
export async function readQuestions(count: number): Promise<object[]> {
  const quiz = await readQuiz(example);
  if (typeof quiz === "string") throw new Error(quiz);
  const { questions } = quiz.data as { questions: object[] };
  return questions.slice(0, count);
}
