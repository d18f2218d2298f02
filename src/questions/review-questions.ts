/** What people do with the questions of a set: edit, verify, reject and accept them. */
import {
  type Attribution,
  type Difficulty,
  type QuestionDraft,
  type QuestionProblem,
  reviewDrafts,
  tidyText,
} from "@reelay/questions";
import type { Question, QuestionSet } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { readBlockedWords } from "./blocked-words.ts";
import { lockQuestion } from "./own-question.ts";
import { acceptedRow } from "./save-set.ts";

type Deps = Pick<OperationDeps, "db">;
type Own = Pick<Viewer, "workspaceId">;

/** Absent: unchanged. */
interface QuestionChanges {
  questionId: string;
  question?: string | null;
  options?: readonly string[] | null;
  answerIndex?: number | null;
  /** Null removes it. */
  category?: string | null;
  /** Null removes it. */
  difficulty?: Difficulty | null;
  /** Null removes it. */
  explanation?: string | null;
}

const MAX_REASON_LENGTH = 500;

/**
 * Changes a question, which must then pass the checks; a rejected one is accepted by that. It is no longer
 * verified.
 *
 * Throws `NotFoundError` (`QUESTION_NOT_FOUND`) and `InvalidInputError` with the code of the first check that
 * failed.
 */
export async function updateQuestion({ db }: Deps, own: Own, changes: QuestionChanges): Promise<void> {
  const { questionId, ...given } = changes;
  await db.$transaction(async (tx) => {
    const row = await lockQuestion(tx, { workspaceId: own.workspaceId, questionId });
    const draft = toDraft(row);
    const { question, options, answerIndex, ...details } = given;
    const accepted = await check(tx, row, {
      ...draft,
      ...details,
      question: question ?? draft.question,
      options: options ?? draft.options,
      rightOptions: answerIndex == null ? draft.rightOptions : [answerIndex],
    });
    await tx.question.update({
      where: { id: row.id },
      data: { ...acceptedRow(accepted, row.line), code: null, reason: null, isVerified: false },
    });
  });
}

/**
 * Accepts a rejected question that passes the checks, such as one that a person rejected.
 *
 * Throws as `updateQuestion` does.
 */
export async function acceptQuestion(
  { db }: Deps,
  own: Own,
  { questionId }: { questionId: string },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const row = await lockQuestion(tx, { workspaceId: own.workspaceId, questionId });
    if (row.status === "ACCEPTED") return;
    const accepted = await check(tx, row, toDraft(row));
    await tx.question.update({
      where: { id: row.id },
      data: { ...acceptedRow(accepted, row.line), code: null, reason: null },
    });
  });
}

/** Rejects a question. Throws `NotFoundError` and `InvalidInputError` (`REASON_INVALID`). */
export async function rejectQuestion(
  { db }: Deps,
  own: Own,
  { questionId, reason }: { questionId: string; reason?: string | null },
): Promise<void> {
  const text = tidyText(reason ?? "");
  if (text.length > MAX_REASON_LENGTH || text.includes("\0") || !text.isWellFormed())
    throw new InvalidInputError(
      "REASON_INVALID",
      "reason",
      `reason: has ${text.length} characters; use at most ${MAX_REASON_LENGTH}, without control characters.`,
    );
  await db.$transaction(async (tx) => {
    const { id } = await lockQuestion(tx, { workspaceId: own.workspaceId, questionId });
    await tx.question.update({
      where: { id },
      data: {
        ...{ status: "REJECTED", code: "REJECTED_BY_REVIEWER", isVerified: false },
        reason: text === "" ? "A reviewer rejected it." : text,
      },
    });
  });
}

/**
 * Notes that a person has, or has not, verified the facts of an accepted question.
 *
 * Throws `NotFoundError` (`QUESTION_NOT_FOUND`) and `ConflictError` (`QUESTION_REJECTED`).
 */
export async function verifyQuestion(
  { db }: Deps,
  own: Own,
  { questionId, isVerified }: { questionId: string; isVerified: boolean },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status } = await lockQuestion(tx, { workspaceId: own.workspaceId, questionId });
    if (status === "REJECTED")
      throw new ConflictError(
        "QUESTION_REJECTED",
        "The question is rejected, so it cannot be verified. Correct it with `updateQuestion`, or accept it with `acceptQuestion`.",
      );
    await tx.question.update({ where: { id }, data: { isVerified } });
  });
}

const toDraft = (row: Question): QuestionDraft => ({
  ...{ question: row.question, options: row.options, category: row.category, difficulty: row.difficulty },
  rightOptions: row.answerIndex === null ? [] : [row.answerIndex],
  explanation: row.explanation,
  attribution: row.attribution as Attribution | null,
});

/** The draft as a question, compared with the accepted ones of its set. Throws `InvalidInputError`. */
async function check(tx: Tx, row: Question & { set: QuestionSet }, draft: QuestionDraft) {
  const others = await tx.question.findMany({
    where: { setId: row.setId, status: "ACCEPTED", id: { not: row.id } },
    select: { question: true, options: true, answerIndex: true },
  });
  const known = others.map(({ question, options, answerIndex }) => ({
    question,
    answer: options[answerIndex ?? -1] ?? null,
  }));
  const [reviewed] = reviewDrafts([{ line: null, draft, problem: null }], {
    language: row.set.language,
    known,
    blocked: await readBlockedWords(tx, row.set),
  });
  if (reviewed?.question) return reviewed.question;
  throw refused(reviewed?.problems[0]);
}

function refused(problem: QuestionProblem | undefined): InvalidInputError {
  const { code, message } = problem ?? { code: "QUESTION_INVALID", message: "The question is invalid." };
  const field = code.startsWith("OPTION_")
    ? "options"
    : code === "ANSWER_COUNT_INVALID"
      ? "answerIndex"
      : "question";
  return new InvalidInputError(code, field, `${field}: ${message}`);
}
