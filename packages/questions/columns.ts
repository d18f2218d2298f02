/** Which columns of a table hold what of a question. */
import { closest, distance } from "fastest-levenshtein";
import { OPTION_COUNT } from "./question.ts";

export const fields = [
  "question",
  "option1",
  "option2",
  "option3",
  "option4",
  "answer",
  "category",
  "difficulty",
  "explanation",
  "attribution",
] as const;
export type Field = (typeof fields)[number];
const optional: ReadonlySet<Field> = new Set(["category", "difficulty", "explanation", "attribution"]);

const optionNames = (index: number): readonly string[] => {
  const letter = "abcd"[index] ?? "";
  return [
    ...["option", "choice", "answer"].flatMap((word) => [`${word}${index + 1}`, `${word}${letter}`]),
    letter,
  ];
};

/** Names in lower case, without spaces and signs. */
const synonyms: Record<Field, readonly string[]> = {
  question: ["question", "questiontext", "prompt", "q", "text"],
  option1: optionNames(0),
  option2: optionNames(1),
  option3: optionNames(2),
  option4: optionNames(OPTION_COUNT - 1),
  answer: [
    ...["answer", "correct", "correctanswer", "correctoption", "correctchoice", "right", "rightanswer"],
    ...["rightoption", "solution", "key", "answerkey"],
  ],
  category: ["category", "topic", "subject", "theme"],
  difficulty: ["difficulty", "level"],
  explanation: ["explanation", "explain", "reason", "comment", "note", "hint", "fact"],
  attribution: ["attribution", "source", "credit", "licence", "license"],
};
const fieldByName = new Map(fields.flatMap((field) => synonyms[field].map((name) => [name, field] as const)));
/** Shorter names are near to everything. */
const MIN_LENGTH = 5;
/** Letters per edit by which a misspelt name may differ from the one that is suggested. */
const LETTERS_PER_EDIT = 4;

/** What a column is used for. */
export interface ColumnUse {
  /** As in the table. */
  name: string;
  field: Field | null;
  /** The nearest field, if the name is unknown and similar to one of its names. */
  suggestion: Field | null;
}

export interface ColumnPlan {
  uses: ColumnUse[];
  /** Index of each found field's column. */
  indexes: Partial<Record<Field, number>>;
  /** Required fields that no column holds. */
  missing: Field[];
}

const plain = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/**
 * Finds the columns of questions by their names, in any spelling of case, spaces and signs. Of two columns
 * for a field the first counts. `mapping` names the columns of fields that have other names. Pure.
 */
export function planColumns(
  columns: readonly string[],
  mapping: Partial<Record<Field, string>> = {},
): ColumnPlan {
  const indexes: ColumnPlan["indexes"] = {};
  for (const [field, name] of Object.entries(mapping) as [Field, string][]) {
    const at = columns.findIndex((column) => plain(column) === plain(name));
    if (at !== -1) indexes[field] = at;
  }
  const named = new Set(Object.values(indexes));
  for (const [at, name] of columns.entries()) {
    const field = named.has(at) ? undefined : fieldByName.get(plain(name));
    if (field !== undefined) indexes[field] ??= at;
  }
  const missing = fields.filter((field) => indexes[field] === undefined && !optional.has(field));
  const uses = columns.map((name, at): ColumnUse => {
    const field = fields.find((one) => indexes[one] === at) ?? null;
    return { name, field, suggestion: field === null ? suggest(name) : null };
  });
  return { uses, indexes, missing };
}

/** What each column of a table would be used for, by its name alone. Pure. */
export const findQuestionColumns = (columns: readonly string[]): ColumnUse[] => planColumns(columns).uses;

function suggest(name: string): Field | null {
  const word = plain(name);
  const nearest = closest(
    word,
    [...fieldByName.keys()].filter(({ length }) => length >= MIN_LENGTH),
  );
  const isNear = distance(word, nearest) * LETTERS_PER_EDIT <= word.length;
  return isNear ? (fieldByName.get(nearest) ?? null) : null;
}
