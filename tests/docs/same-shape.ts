/**
 * How an answer differs from the one that a page shows: fields that are not shown or not there, and other
 * types. Null stands for any type, and an empty object for any object. Empty: they have the same shape. Pure.
 */
export function findDifferences(shown: unknown, real: unknown, at = "answer"): string[] {
  if (shown === null || real === null) return [];
  const [one, other] = [typeOf(shown), typeOf(real)];
  if (one !== other) return [`${at} is shown as ${one}, and is ${other}`];
  if (Array.isArray(shown) && Array.isArray(real)) {
    return shown.length > 0 && real.length > 0 ? findDifferences(shown[0], real[0], `${at}[0]`) : [];
  }
  if (typeof shown !== "object" || typeof real !== "object") return [];
  const names = Object.keys(shown);
  if (names.length === 0) return [];
  const [page, answer] = [shown as Record<string, unknown>, real as Record<string, unknown>];
  return [
    ...names.filter((name) => !(name in answer)).map((name) => `${at}.${name} is shown, and is not there`),
    ...Object.keys(answer)
      .filter((name) => !(name in page))
      .map((name) => `${at}.${name} is not shown`),
    ...names
      .filter((name) => name in answer)
      .flatMap((name) => findDifferences(page[name], answer[name], `${at}.${name}`)),
  ];
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);
