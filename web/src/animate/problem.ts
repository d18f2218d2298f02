import type { FailureTextFragment } from "../api/index.ts";

/** What is wrong with a script, and where. */
export interface Problem {
  severity: "ERROR" | "WARNING";
  message: string;
  /** From 1; null: unknown. */
  line: number | null;
  column: number | null;
}

/** A problem for the editor, which shows its place itself. Pure. */
export const toProblem = ({
  message,
  line,
  column,
}: Pick<FailureTextFragment, "message" | "line" | "column">): Problem => ({
  severity: "ERROR",
  message: message.replace(/^line \d+(?:, column \d+)?: /, ""),
  ...{ line, column },
});
