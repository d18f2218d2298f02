/** A part of a text that fits into one request. */
export interface SsmlPart {
  ssml: string;
  /** Index of its first word, and the index after its last. */
  from: number;
  to: number;
}

/** What the service accepts in one request, less what its elements around the words take. */
const MAX_BYTES = 4_900;
const SENTENCE_END = /[.!?…。！？؟।]["'”’»)\]」』]*$/u;

const escapes: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" },
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");

/** The name of the mark after the last word. */
export const END_MARK = "end";

/**
 * Words as SSML, in as many parts as requests are needed: a mark before each word, named by its index, and
 * one at the end. Every character of the words is escaped, so that none of them is markup. Parts end with a
 * sentence where possible. Pure.
 *
 * @param isSpaced whether a blank follows each word
 */
export function toSsml(words: readonly { text: string; isSpaced: boolean }[]): SsmlPart[] {
  const elements = words.map(
    ({ text, isSpaced }, index) => `<mark name="${index}"/>${escape(text)}${isSpaced ? " " : ""}`,
  );
  const parts: SsmlPart[] = [];
  let from = 0;
  while (from < words.length) {
    const to = endOfPart(words, elements, from);
    const ssml = `<speak>${elements.slice(from, to).join("")}<mark name="${END_MARK}"/></speak>`;
    parts.push({ ssml, from, to });
    from = to;
  }
  return parts;
}

function endOfPart(words: readonly { text: string }[], elements: readonly string[], from: number): number {
  let bytes = 0;
  let to = from;
  let sentence = from;
  for (; to < elements.length; to += 1) {
    bytes += Buffer.byteLength(elements[to] ?? "");
    if (bytes > MAX_BYTES && to > from) return sentence > from ? sentence : to;
    if (SENTENCE_END.test(words[to]?.text ?? "")) sentence = to + 1;
  }
  return to;
}
