/** Questions from tables. */
import { type RowIssue, readCsv, type Table, TableError, type TableLimits } from "@reelay/tables";
import { parseAttribution } from "./attribution.ts";
import { type ColumnPlan, type ColumnUse, type Field, planColumns } from "./columns.ts";
import { findAnswers } from "./find-answers.ts";
import { type Difficulty, difficulties, type Question, type QuestionProblem, tidyText } from "./question.ts";
import { reviewDrafts, type SourceDraft } from "./review-drafts.ts";

/** Drafts of a file, and what of it could not be used. */
export interface DraftList {
  drafts: SourceDraft[];
  /** Rows that are no drafts. */
  issues: RowIssue[];
  /** What each column is used for; empty for a file without columns. */
  columns: ColumnUse[];
}

/**
 * Drafts of the rows of a table. `mapping` names the columns of fields that have other names than usual.
 *
 * Throws `TableError` (`COLUMN_MISSING`).
 */
export function readTable(table: Table, mapping: Partial<Record<Field, string>> = {}): DraftList {
  const plan = planColumns(table.columns, mapping);
  if (plan.missing.length > 0) throw missing(plan);
  const cellOf = (cells: readonly string[], field: Field): string =>
    tidyText(cells[plan.indexes[field] ?? -1] ?? "");
  const read = table.rows.map(({ line, cells }) => ({
    ...{ line, cells, answer: cellOf(cells, "answer") },
    options: (["option1", "option2", "option3", "option4"] as const).map((field) => cellOf(cells, field)),
  }));
  const answers = findAnswers(read);
  const drafts = read.map(({ line, cells, options }, at): SourceDraft => {
    const answer = answers[at];
    const difficulty = parseDifficulty(cellOf(cells, "difficulty"));
    const draft = {
      question: cellOf(cells, "question"),
      options,
      rightOptions: answer?.ok ? [answer.index] : [],
      category: cellOf(cells, "category") || null,
      difficulty: difficulty.ok ? difficulty.value : null,
      explanation: cellOf(cells, "explanation") || null,
      attribution: parseAttribution(cellOf(cells, "attribution")),
    };
    // A missing option explains more than an answer that is none of the rest.
    const isComplete = options.every((option) => option !== "");
    const answerProblem = answer?.ok === false && isComplete ? answer.problem : null;
    return { line, draft, problem: answerProblem ?? (difficulty.ok ? null : difficulty.problem) };
  });
  return { drafts, issues: table.issues, columns: plan.uses };
}

function missing({ missing, uses }: ColumnPlan): TableError {
  const [first] = missing;
  const hints = uses.flatMap(({ name, suggestion }) =>
    suggestion !== null && missing.includes(suggestion)
      ? [`Is ${JSON.stringify(name.slice(0, 60))} the column ${suggestion}?`]
      : [],
  );
  const found = uses.map(({ name }) => JSON.stringify(name.slice(0, 60))).join(", ");
  return new TableError(
    "COLUMN_MISSING",
    [
      `The table has no column for ${missing.join(", ")}; it has ${found}.`,
      ...hints,
      `Name it ${JSON.stringify(first)}. Questions need the columns question, option1, option2, option3, option4 and answer.`,
    ].join(" "),
    { line: 1 },
  );
}

type Parsed = { ok: true; value: Difficulty | null } | { ok: false; problem: QuestionProblem };

/** A difficulty in any case. Pure. */
export function parseDifficulty(text: string): Parsed {
  if (text === "") return { ok: true, value: null };
  const value = difficulties.find((one) => one === text.toUpperCase());
  if (value !== undefined) return { ok: true, value };
  const message = `The difficulty ${JSON.stringify(text.slice(0, 60))} is unknown. Write easy, medium or hard, or leave it empty.`;
  return { ok: false, problem: { code: "DIFFICULTY_UNKNOWN", message } };
}

interface QuestionList {
  /** Accepted questions, in the order of the file. */
  questions: (Question & { line: number })[];
  /** Rows that are not used, with the reasons, in the order of the file. */
  issues: RowIssue[];
  /** What each column is used for. */
  columns: ColumnUse[];
}

/**
 * The questions of a CSV that pass all checks, and the issues of all other rows.
 *
 * `language`: BCP 47 tag of the questions, default "en". `limits`: default those of `readCsv`, with 1,000
 * rows.
 *
 * Throws `TableError`: those of `readCsv`, and `COLUMN_MISSING`.
 */
export function readQuestions(
  input: Uint8Array | string,
  {
    language = "en",
    mapping = {},
    limits = {},
  }: {
    language?: string;
    mapping?: Partial<Record<Field, string>>;
    limits?: Partial<TableLimits>;
  } = {},
): QuestionList {
  const table = readCsv(input, { rows: 1_000, ...limits });
  const { drafts, issues, columns } = readTable(table, mapping);
  const reviewed = reviewDrafts(drafts, { language });
  const columnOf = (code: string): string | null => {
    const field = code.startsWith("QUESTION_") ? "question" : code.startsWith("ANSWER_") ? "answer" : null;
    return columns.find((column) => column.field !== null && column.field === field)?.name ?? null;
  };
  const rejected = reviewed.flatMap(({ line, problems }) =>
    problems.map(
      ({ code, message }): RowIssue => ({
        line,
        column: columnOf(code),
        code,
        message,
      }),
    ),
  );
  return {
    questions: reviewed.flatMap(({ line, question }) =>
      question === null ? [] : [{ ...question, line: line ?? 0 }],
    ),
    issues: [...issues, ...rejected].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    columns,
  };
}
