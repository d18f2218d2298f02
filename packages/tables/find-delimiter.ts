const delimiters = [",", ";", "\t", "|"] as const;
/** Excel's own note of the delimiter, the first line of some files. */
const NOTE = /^sep=(.)\r?\n/i;

/**
 * The delimiter of a CSV: what separates most cells of its header, outside quotes. `skipped`: lines before
 * the header. Pure.
 */
export function findDelimiter(text: string): { delimiter: string; body: string; skipped: number } {
  const note = NOTE.exec(text);
  const body = note ? text.slice(note[0].length) : text;
  if (note?.[1] !== undefined) return { delimiter: note[1], body, skipped: 1 };
  const counts = new Map<string, number>();
  let isQuoted = false;
  for (const character of body.trimStart()) {
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === "\n" || character === "\r") break;
    else counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const count = (delimiter: string): number => counts.get(delimiter) ?? 0;
  const delimiter = delimiters.reduce((best, one) => (count(one) > count(best) ? one : best));
  return { delimiter, body, skipped: 0 };
}
