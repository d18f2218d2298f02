/**
 * A snippet as a whole program: what it takes for granted is put before it. Of `givens`, by the names that
 * they declare, those are taken that the snippet uses and does not declare itself, and those that they use in
 * turn. Pure.
 */
export function completeProgram(snippet: string, givens: Readonly<Record<string, string>>): string {
  const parts = new Set<string>();
  const seen = new Set<string>();
  function take(code: string): void {
    for (const [name, given] of Object.entries(givens)) {
      if (seen.has(name) || !uses(code, name) || declares(snippet, name)) continue;
      seen.add(name);
      take(given);
      // One that declares several names is there once.
      parts.add(given);
    }
  }
  take(snippet);
  return [...parts, snippet].join("\n");
}

/** Not as a property, nor in a string. */
const uses = (code: string, name: string): boolean =>
  new RegExp(`(?<![.\\w])${name}\\b`).test(code.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'));

const declares = (code: string, name: string): boolean =>
  new RegExp(
    `(?:const|let|function|class)\\s+${name}\\b|(?:const|let|import)\\s*\\{[^}]*\\b${name}\\b[^}]*\\}\\s*(?:=|from)|import\\s+${name}\\b`,
  ).test(code);
