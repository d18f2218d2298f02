import { type findAnswers, tidyText } from "@reelay/questions";
import type { TemplateField } from "./template-fields.ts";

/** A value of the data. */
export type Cell = string | number | boolean;

type Converted = { ok: true; value: Cell } | { ok: false; code: string; message: string };
type Answer = ReturnType<typeof findAnswers>[number];

/** Changes of direction, and what conversions left of lost characters. */
const MISLEADING = /[\u202a-\u202e\u2066-\u2069\ufffd]/u;
const CONTROL = /\p{Cc}/u;
const BLANK = /[\n\r\t]/g;
const INTEGER = /^[+-]?\d{1,15}$/;
const NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?$/i;
const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, y: true, "1": true, false: false, no: false, n: false, "0": false },
};

/** A cell that is not empty as a value of its field. Pure. */
export function convertCell(
  { type, choiceOf }: TemplateField,
  cell: string,
  { answer }: { answer: Answer | undefined },
): Converted {
  if (MISLEADING.test(cell) || CONTROL.test(cell.replace(BLANK, "")) || !cell.isWellFormed())
    return fail(
      "TEXT_FORBIDDEN_CHARACTER",
      "The cell has control characters, or characters that change its direction or that were lost in a conversion. Remove them, and save the file as UTF-8.",
    );
  if (choiceOf !== null && answer !== undefined)
    return answer.ok ? { ok: true, value: answer.index } : fail(answer.problem.code, answer.problem.message);
  if (type === "string") return { ok: true, value: cell };
  const text = tidyText(cell);
  if (type === "boolean") {
    const value = truths[text.toLowerCase()];
    return value === undefined
      ? fail("VALUE_INVALID", `Expected yes or no; it is ${shown(cell)}. Correct the cell.`)
      : { ok: true, value };
  }
  if ((type === "integer" ? INTEGER : NUMBER).test(text)) return { ok: true, value: Number(text) };
  const wanted = type === "integer" ? "a whole number" : "a number with a point";
  return fail("NUMBER_INVALID", `Expected ${wanted}; it is ${shown(cell)}. Correct the cell.`);
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 60).toWellFormed());
const fail = (code: string, message: string): Converted => ({ ok: false, code, message });
