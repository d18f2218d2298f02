/** Which column of a table holds which field of a template. Pure. */
import { findQuestionColumns } from "@reelay/questions";
import { closest, distance } from "fastest-levenshtein";
import type { TemplateField, TemplateFields } from "./template-fields.ts";

/** What a column is used for. */
export interface ColumnUse {
  /** As in the table. */
  name: string;
  /** Name of the field; null: the column is not used. */
  field: string | null;
  /** The nearest field, if the name is unknown and similar to one. */
  suggestion: string | null;
}

/** A column that the client chose for a field. */
export interface ChosenColumn {
  field: string;
  column: string;
}

/** Shorter names are near to everything. */
const MIN_LENGTH = 4;
const LETTERS_PER_EDIT = 4;

const plain = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** Names by which a column is recognized, the surest first. */
function namesOf({ name, choiceOf }: TemplateField): string[] {
  const parts = name.split(".");
  const last = parts.at(-1) ?? "";
  const list = parts.at(-2) ?? "";
  if (name.startsWith("video.")) return [plain(name), ...(last === "title" ? [] : [plain(last)])];
  if (!/^\d+$/.test(last))
    return [name, last, ...(choiceOf === null ? [] : [columnNameOf({ name, choiceOf })])].map(plain);
  const singular = list.replace(/s$/, "");
  const letter = "abcdefghij"[Number(last) - 1] ?? "";
  return [name, `${list}${last}`, `${singular}${last}`, `${singular}${letter}`].map(plain);
}

/** The name of a field's column that people write: `question`, `option2`, `answer`. Pure. */
export function columnNameOf({ name, choiceOf }: Pick<TemplateField, "name" | "choiceOf">): string {
  if (name.startsWith("video.")) return name;
  const parts = name.split(".");
  const last = parts.at(-1) ?? "";
  if (/^\d+$/.test(last)) return `${(parts.at(-2) ?? "").replace(/s$/, "")}${last}`;
  return choiceOf === null ? last : last.replace(/Index$/, "");
}

/** Fields of quizzes by the names that @reelay/questions gives them. */
const quizNames: Readonly<Record<string, string>> = {
  ...{
    question: "questions.question",
    answer: "questions.answerIndex",
    explanation: "questions.explanation",
  },
  ...{ option1: "questions.options.1", option2: "questions.options.2" },
  ...{ option3: "questions.options.3", option4: "questions.options.4" },
};

/**
 * The use of every column: chosen ones first, then by their names. Of two columns for a field the first
 * counts. `reserved`: columns that are used for something else.
 */
export function planColumns(
  columns: readonly string[],
  { fields }: TemplateFields,
  { chosen, reserved }: { chosen: readonly ChosenColumn[]; reserved: readonly string[] },
): ColumnUse[] {
  const known = new Set(fields.map(({ name }) => name));
  const uses = new Map<string, string>(chosen.map(({ column, field }) => [column, field]));
  const isFree = (field: string): boolean => known.has(field) && ![...uses.values()].includes(field);
  const find = (fieldOf: (name: string) => string | undefined): void => {
    for (const name of columns) {
      const field = uses.has(name) || reserved.includes(name) ? undefined : fieldOf(name);
      if (field !== undefined && isFree(field)) uses.set(name, field);
    }
  };
  const depth = Math.max(...fields.map((field) => namesOf(field).length));
  for (let at = 0; at < depth; at += 1) {
    const byName = new Map(fields.toReversed().map((field) => [namesOf(field)[at], field.name]));
    find((name) => byName.get(plain(name)));
  }
  const quiz = new Map(findQuestionColumns(columns).map(({ name, field }) => [name, field]));
  find((name) => quizNames[quiz.get(name) ?? ""]);
  return columns.map((name) => {
    const field = uses.get(name) ?? null;
    const isUsed = field !== null || reserved.includes(name);
    return { name, field, suggestion: isUsed ? null : suggest(name, fields, isFree) };
  });
}

function suggest(
  name: string,
  fields: readonly TemplateField[],
  isFree: (field: string) => boolean,
): string | null {
  const word = plain(name);
  const names = new Map(
    fields
      .filter((field) => isFree(field.name))
      .flatMap((field) => namesOf(field).map((one) => [one, field.name] as const))
      .filter(([one]) => one.length >= MIN_LENGTH),
  );
  if (names.size === 0) return null;
  const nearest = closest(word, [...names.keys()]);
  return distance(word, nearest) * LETTERS_PER_EDIT <= word.length ? (names.get(nearest) ?? null) : null;
}
