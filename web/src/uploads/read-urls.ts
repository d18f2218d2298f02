/** The HTTP addresses in pasted text, each once. Pure. */
export function readUrls(text: string): string[] {
  const found = text
    .split(/\s+/)
    .map((word) => word.trim())
    .filter((word) => /^https?:\/\/[^/\s]+/i.test(word) && URL.canParse(word));
  return [...new Set(found)];
}

/** A title for a file or an address: its name without folder and ending. Pure. */
export function titleOf(name: string): string {
  const path = URL.canParse(name) ? new URL(name).pathname : name;
  const file = decode(
    path
      .replace(/\/{1,8}$/, "")
      .split("/")
      .pop() ?? "",
  );
  const title = file
    .replace(/\.[a-z0-9]{1,5}$/i, "")
    .replaceAll(/[_\s]+/g, " ")
    .trim();
  return (title || file || name).slice(0, 500);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
