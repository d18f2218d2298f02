/** SubRip tags that WebVTT supports; others are dropped. */
const kept = /^<(\/?)([biu])>$/i;

/**
 * Converts SubRip's text to WebVTT's: bold, italics and underlines stay, colors and fonts are dropped,
 * `{\an8}` and the like become the upper edge of the picture. Characters that WebVTT would treat as markup
 * are escaped. Pure.
 */
export function readSubRipText(lines: readonly string[]): { text: string; settings: string } {
  const whole = lines.join("\n");
  const isAtTop = /\{\\an[789]\}/i.test(whole);
  const text = whole
    .replaceAll(/\{\\[^{}\n]*\}/g, "")
    .replaceAll(/&(?!(?:amp|lt|gt|nbsp|lrm|rlm|#\d+|#x[\da-f]+);)/gi, "&amp;")
    .replaceAll(/<\/?[a-z][^<>\n]*>|[<>]/gi, toMarkup)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
  return { text, settings: isAtTop ? "line:0" : "" };
}

function toMarkup(found: string): string {
  if (found === "<") return "&lt;";
  if (found === ">") return "&gt;";
  const [, slash = "", name = ""] = kept.exec(found) ?? [];
  return name === "" ? "" : `<${slash}${name.toLowerCase()}>`;
}
