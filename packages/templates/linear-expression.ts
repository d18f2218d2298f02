import { RE2JS } from "re2js";

/** Of a pattern. Longer ones are lists, for which a schema has `enum`. */
const MAX_LENGTH = 500;

/**
 * A regular expression of a JSON Schema that takes time in proportion to the text, whatever its author wrote:
 * RE2 has no backreferences and looks nowhere else. Throws an `Error` that says what it does not support.
 */
export function linearExpression(pattern: string): { test(text: string): boolean; toString(): string } {
  if (pattern.length > MAX_LENGTH)
    throw new Error(`the pattern has ${pattern.length} characters; at most ${MAX_LENGTH} are allowed`);
  const compiled = RE2JS.compile(pattern);
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
linearExpression.code = "linearExpression";
