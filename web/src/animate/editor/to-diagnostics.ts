import type { Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { Problem } from "../problem.ts";

/**
 * The places of problems in a text: from the column to the end of its word, else the line without its
 * indentation. Problems without a line have no place. Pure.
 */
export function toDiagnostics(problems: readonly Problem[], text: Text): Diagnostic[] {
  const placed = problems.flatMap(({ line, column, message, severity }) => {
    if (line === null) return [];
    const { from, to, text: content } = text.line(Math.min(line, text.lines));
    const indentation = content.length - content.trimStart().length;
    const start = column === null ? indentation : Math.min(column - 1, content.length);
    const word = column === null ? null : /^[\w.]+/.exec(content.slice(start));
    const end = word === null ? to : from + start + word[0].length;
    const level = severity === "ERROR" ? ("error" as const) : ("warning" as const);
    return [{ from: Math.min(from + start, to), to: end, severity: level, message }];
  });
  return placed.sort((one, other) => one.from - other.from);
}
