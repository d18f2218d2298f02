/** Questions from JSON: our own form, and that of the Open Trivia Database. */
import { type RowIssue, TableError } from "@reelay/tables";
import { decodeHTML } from "entities";
import { z } from "zod";
import { findAnswers } from "./find-answers.ts";
import { type Attribution, OPTION_LETTERS, type QuestionDraft } from "./question.ts";
import { type DraftList, parseDifficulty } from "./read-table.ts";
import type { SourceDraft } from "./review-drafts.ts";

const MAX_QUESTIONS = 1_000;

const attribution = z.strictObject({
  source: z.string().min(1).max(200),
  licence: z.string().max(100).nullable().default(null),
  url: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .nullable()
    .default(null),
});
const OwnQuestion = z.strictObject({
  question: z.string(),
  options: z.array(z.string()).max(20),
  /** Letter, number or text of the right option; or its index, from 0, in `answerIndex`. */
  answer: z.union([z.string(), z.number().transform(String)]).optional(),
  answerIndex: z.int().optional(),
  category: z.string().nullable().default(null),
  difficulty: z.string().nullable().default(null),
  explanation: z.string().nullable().default(null),
  attribution: attribution.nullable().default(null),
});
const OpenTriviaQuestion = z.object({
  question: z.string(),
  correct_answer: z.string(),
  incorrect_answers: z.array(z.string()).max(20),
  category: z.string().nullable().default(null),
  difficulty: z.string().nullable().default(null),
});
const openTrivia: Attribution = {
  source: "Open Trivia Database",
  licence: "CC BY-SA 4.0",
  url: "https://opentdb.com",
};

/**
 * Drafts of a JSON text: an array of questions, `{ "questions": [...] }`, or an answer of the Open Trivia
 * Database (`{ "results": [...] }`, with HTML entities), whose attribution every question keeps.
 *
 * Throws `TableError`: `JSON_INVALID`, `JSON_SHAPE_UNKNOWN`, `ROWS_TOO_MANY`.
 */
export function readJson(text: string): DraftList {
  const { entries, isOpenTrivia, path } = findEntries(parse(text));
  if (entries.length > MAX_QUESTIONS)
    throw new TableError(
      "ROWS_TOO_MANY",
      `The file has ${entries.length} questions and may have ${MAX_QUESTIONS}. Split it.`,
    );
  const issues: RowIssue[] = [];
  const drafts = entries.flatMap((entry, at): SourceDraft[] => {
    const read = isOpenTrivia ? fromOpenTrivia(entry) : fromOwn(entry);
    if (read.ok) return [{ line: null, ...read.draft }];
    const message = `${path}.${at}${read.where}: ${read.message}`;
    issues.push({ line: null, column: null, code: "ENTRY_INVALID", message });
    return [];
  });
  return { drafts, issues, columns: [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{feff}/u, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new TableError("JSON_INVALID", `The text is no JSON: ${reason}. Send valid JSON, or a CSV.`);
  }
}

function findEntries(value: unknown): { entries: readonly unknown[]; isOpenTrivia: boolean; path: string } {
  if (Array.isArray(value)) return { entries: value, isOpenTrivia: isOpenTriviaList(value), path: "" };
  for (const path of ["questions", "results"]) {
    const entries = (value as Record<string, unknown> | null)?.[path];
    if (Array.isArray(entries)) return { entries, isOpenTrivia: isOpenTriviaList(entries), path };
  }
  throw new TableError(
    "JSON_SHAPE_UNKNOWN",
    'The JSON has no list of questions. Send `{ "questions": [{ "question", "options", "answer" }] }`, or an answer of the Open Trivia Database.',
  );
}

const isOpenTriviaList = ([first]: readonly unknown[]): boolean =>
  typeof first === "object" && first !== null && "correct_answer" in first;

type Read = { ok: true; draft: Omit<SourceDraft, "line"> } | { ok: false; where: string; message: string };

const refuse = ({ issues: [issue] }: z.ZodError): Read => ({
  ok: false,
  where: (issue?.path ?? []).map((part) => `.${String(part)}`).join(""),
  message: `${issue?.message ?? "Invalid"}.`,
});

function fromOwn(entry: unknown): Read {
  const parsed = OwnQuestion.safeParse(entry);
  if (!parsed.success) return refuse(parsed.error);
  const { answer, answerIndex, difficulty, ...rest } = parsed.data;
  const named = answer ?? OPTION_LETTERS[answerIndex ?? -1] ?? "";
  const [found] = findAnswers([{ answer: named, options: rest.options }]);
  const isIndexed = answer === undefined && answerIndex !== undefined;
  const right = isIndexed ? answerIndex : found?.ok ? found.index : null;
  return withDifficulty(
    { ...rest, rightOptions: right === null ? [] : [right] },
    { difficulty, problem: found?.ok === false && !isIndexed ? found.problem : null },
  );
}

function fromOpenTrivia(entry: unknown): Read {
  const parsed = OpenTriviaQuestion.safeParse(entry);
  if (!parsed.success) return refuse(parsed.error);
  const { question, correct_answer, incorrect_answers, category, difficulty } = parsed.data;
  return withDifficulty(
    {
      question: decodeHTML(question),
      options: [correct_answer, ...incorrect_answers].map((option) => decodeHTML(option)),
      rightOptions: [0],
      category: category === null ? null : decodeHTML(category),
      explanation: null,
      attribution: openTrivia,
    },
    { difficulty, problem: null },
  );
}

function withDifficulty(
  draft: Omit<QuestionDraft, "difficulty">,
  { difficulty, problem }: { difficulty: string | null; problem: SourceDraft["problem"] },
): Read {
  const parsed = parseDifficulty(difficulty ?? "");
  return {
    ok: true,
    draft: {
      draft: { ...draft, difficulty: parsed.ok ? parsed.value : null },
      problem: problem ?? (parsed.ok ? null : parsed.problem),
    },
  };
}
