import type { RecordedError } from "@reelay/contracts";
import type { Question, QuestionDraft, QuestionProblem } from "@reelay/questions";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";

/** Characters of a rejected text that are kept. */
const KEPT_LENGTH = 1_000;
const MAX_OPTIONS = 10;

/** A question as its row holds it. */
export type QuestionRow = Omit<Prisma.QuestionCreateManyInput, "setId" | "position">;

export const acceptedRow = (
  { isVerified, ...question }: Question & { isVerified?: boolean },
  line: number | null = null,
): QuestionRow => ({
  ...{ status: "ACCEPTED", line },
  ...(isVerified !== undefined && { isVerified }),
  ...contentOf({ ...question, rightOptions: [question.answerIndex] }),
});

/** A rejected draft with its problem. Postgres holds neither zero bytes nor halves of characters. */
export const rejectedRow = (
  draft: QuestionDraft,
  { code, message }: QuestionProblem,
  line: number | null = null,
): QuestionRow => ({ status: "REJECTED", line, code, reason: storable(message), ...contentOf(draft) });

const storable = (text: string): string => text.replaceAll("\0", "").slice(0, KEPT_LENGTH).toWellFormed();

function contentOf({ question, options, rightOptions, ...details }: QuestionDraft) {
  const [answerIndex, ...others] = rightOptions;
  const kept = options.slice(0, MAX_OPTIONS).map(storable);
  const isOne = answerIndex !== undefined && others.length === 0 && kept[answerIndex] !== undefined;
  const { category, difficulty, explanation, attribution } = details;
  return {
    question: storable(question),
    options: kept,
    answerIndex: isOne ? answerIndex : null,
    category: category === null ? null : storable(category),
    difficulty,
    explanation: explanation === null ? null : storable(explanation),
    attribution: attribution === null ? Prisma.DbNull : { ...attribution },
  };
}

/** Adds the questions of a set, in this order. */
export async function insertQuestions(tx: Tx, setId: string, rows: readonly QuestionRow[]): Promise<void> {
  await tx.question.createMany({ data: rows.map((row, position) => ({ ...row, setId, position })) });
}

/** An error of a set for its row. */
export const setError = (error: { code: string; message: string; retriable: boolean }): RecordedError => ({
  code: error.code,
  message: error.message,
  scope: "INTERNAL",
  retriable: error.retriable,
});
