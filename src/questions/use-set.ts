/** What is made of a set: a CSV, and the data of a template. */
import { type Attribution, type Question, writeQuestions } from "@reelay/questions";
import type { Viewer } from "../auth/index.ts";
import type { Db } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import { setNotFound } from "./own-question.ts";

type Own = Pick<Viewer, "workspaceId">;

/** Accepted questions in their order; null if the workspace has no such set. */
async function readAccepted(
  db: Db,
  { workspaceId }: Own,
  questionSetId: string,
): Promise<(Question & { id: string })[] | null> {
  const set = await db.questionSet.findUnique({
    where: { id: questionSetId, workspaceId },
    select: { questions: { where: { status: "ACCEPTED" }, orderBy: { position: "asc" } } },
  });
  if (set === null) return null;
  return set.questions.map((row) => {
    const [a = "", b = "", c = "", d = ""] = row.options;
    return {
      id: row.id,
      question: row.question,
      options: [a, b, c, d],
      answerIndex: row.answerIndex ?? 0,
      category: row.category,
      difficulty: row.difficulty,
      explanation: row.explanation,
      attribution: row.attribution as Attribution | null,
    };
  });
}

/** The accepted questions as a CSV that `importQuestions` reads; null if the workspace has no such set. */
export async function exportQuestions(
  db: Db,
  own: Own,
  { questionSetId }: { questionSetId: string },
): Promise<string | null> {
  const questions = await readAccepted(db, own, questionSetId);
  return questions === null ? null : writeQuestions(questions);
}

/** What the quiz templates show of a set. */
export interface QuizData {
  title: string;
  /** BCP 47 tag. */
  language: string;
  questions: {
    id: string;
    question: string;
    options: readonly string[];
    answerIndex: number;
    explanation?: string;
  }[];
}

/**
 * The accepted questions of a set, as data of a quiz template.
 *
 * Throws `NotFoundError` (`QUESTION_SET_NOT_FOUND`) and `ConflictError` (`QUESTION_SET_NOT_READY`,
 * `QUESTION_SET_EMPTY`).
 */
export async function readQuizData(
  db: Db,
  own: Own,
  { questionSetId }: { questionSetId: string },
): Promise<QuizData> {
  const where = { id: questionSetId, workspaceId: own.workspaceId };
  const set = await db.questionSet.findUnique({
    where,
    select: { topic: true, language: true, status: true },
  });
  const questions = await readAccepted(db, own, questionSetId);
  if (set === null || questions === null) throw setNotFound();
  if (set.status !== "READY")
    throw new ConflictError(
      "QUESTION_SET_NOT_READY",
      `The question set is ${set.status}, and only READY ones make a video. Wait for it, or generate it again.`,
    );
  if (questions.length === 0)
    throw new ConflictError(
      "QUESTION_SET_EMPTY",
      "The question set has no accepted question. Correct its rejected ones with `updateQuestion`.",
    );
  return {
    title: set.topic,
    language: set.language,
    questions: questions.map(({ id, question, options, answerIndex, explanation }) =>
      explanation === null
        ? { id, question, options, answerIndex }
        : { id, question, options, answerIndex, explanation },
    ),
  };
}
