/** Sentences by the JSON Pointer of their value, without the pointer in them. Pure. */
export function toProblems(
  issues: readonly { path: string; message: string }[],
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  for (const { path, message } of issues) {
    const sentence = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    const shown = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
    const before = problems.get(path);
    problems.set(path, before === undefined ? shown : `${before} ${shown}`);
  }
  return problems;
}
