/** Headers as they stand in a message, one to a line. Anything may come. Pure. */
export function headerLines(headers: unknown): string {
  if (typeof headers !== "object" || headers === null) return "";
  return Object.entries(headers)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${each}`))
    .join("\n");
}

/** A body for reading: JSON is indented, all else stays as it is. Pure. */
export function prettyBody(body: unknown): string {
  if (typeof body !== "string") return JSON.stringify(body, null, 2);
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
