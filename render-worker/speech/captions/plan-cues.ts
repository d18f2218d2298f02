import type { SpokenWord } from "../speaker.ts";

/** A spoken text on the timeline. */
export interface PlacedWords {
  atMs: number;
  words: readonly SpokenWord[];
}

/** A caption: when it is shown, and its lines. */
export interface CaptionCue {
  startMs: number;
  endMs: number;
  lines: string[];
}

/** Columns of a line and lines of a caption that viewers can read, as in most broadcasters' guidelines. */
const MAX_COLUMNS = 42;
const MAX_LINES = 2;
/**
 * A caption stays for a moment after its last word, and long enough to be read, but not into the next one.
 */
const LINGER_MS = 400;
const LEAST_MS = 1_000;
/** A longer silence ends a caption. */
const SILENCE_MS = 800;

/** Scripts that write no blanks between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
/** Full-width punctuation carries its own blank. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF00-\uFFEF]/u;
const SENTENCE_END = /[.!?…。！？؟।]["'”’»)\]」』]*$/u;
const PHRASE_END = /[,;:،؛、，；：–—]["'”’»)\]」』]*$/u;

/**
 * Captions of what is spoken, in the order of the timeline: at most two lines of 42 columns, of which wide
 * characters take two. Each begins with its first word. A sentence that does not fit is divided at
 * punctuation if there is any in the second half of what fits, else between words. Pure.
 */
export function planCues(texts: readonly PlacedWords[]): CaptionCue[] {
  const cues = texts
    .flatMap(({ atMs, words }) =>
      divide(words).flatMap((group) => {
        const [first, last] = [group[0], group.at(-1)];
        if (first === undefined || last === undefined) return [];
        return [
          {
            startMs: Math.round(atMs + first.startMs),
            endMs: Math.round(atMs + last.endMs),
            lines: toLines(group),
          },
        ];
      }),
    )
    .toSorted((a, b) => a.startMs - b.startMs);
  return cues.map(({ startMs, lines, ...cue }, index) => {
    const nextMs = cues[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const wantedMs = Math.max(cue.endMs + LINGER_MS, startMs + LEAST_MS);
    // Texts that are spoken at the same time overlap.
    const endMs = nextMs > startMs ? Math.min(wantedMs, nextMs) : cue.endMs;
    return { startMs, endMs: Math.max(startMs + 1, endMs), lines };
  });
}

/** Words of one caption each. */
function divide(words: readonly SpokenWord[]): SpokenWord[][] {
  const groups: SpokenWord[][] = [];
  let rest = [...words];
  while (rest.length > 0) {
    const count = countOfCue(rest);
    groups.push(rest.slice(0, count));
    rest = rest.slice(count);
  }
  return groups;
}

function countOfCue(words: readonly SpokenWord[]): number {
  const fitting = countFitting(words);
  const sentence =
    1 +
    words.findIndex(({ text, endMs }, index) => {
      const next = words[index + 1];
      return SENTENCE_END.test(text) || (next !== undefined && next.startMs - endMs > SILENCE_MS);
    });
  if (sentence > 0 && sentence <= fitting) return sentence;
  if (fitting === words.length) return fitting;
  const phrase = words.slice(0, fitting).findLastIndex(({ text }) => PHRASE_END.test(text)) + 1;
  return phrase > fitting / 2 ? phrase : fitting;
}

/** The most words that fit into the lines of one caption; a word that is too long for a line gets one. */
function countFitting(words: readonly SpokenWord[]): number {
  let count = 1;
  while (count < words.length && wrap(words.slice(0, count + 1)).length <= MAX_LINES) count += 1;
  return count;
}

/** Fills one line after the other. */
function wrap(words: readonly SpokenWord[], columns = MAX_COLUMNS): string[] {
  const lines: string[] = [];
  for (const { text } of words) {
    const line = lines.at(-1);
    const longer = line === undefined ? text : join(line, text);
    if (line === undefined || columnsOf(longer) > columns) lines.push(text);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Lines of about equal length. */
function toLines(words: readonly SpokenWord[]): string[] {
  const filled = wrap(words);
  if (filled.length < 2) return filled;
  for (
    let columns = Math.ceil(columnsOf(filled.join(" ")) / filled.length);
    columns < MAX_COLUMNS;
    columns += 1
  ) {
    const even = wrap(words, columns);
    if (even.length <= filled.length && even.every((line) => columnsOf(line) <= MAX_COLUMNS)) return even;
  }
  return filled;
}

function join(before: string, after: string): string {
  const [last = "", first = ""] = [Array.from(before).at(-1), Array.from(after)[0]];
  const isJoined =
    (UNSPACED.test(last) || WIDE.test(last)) &&
    (UNSPACED.test(first) || WIDE.test(first)) &&
    !isHangul(last + first);
  return isJoined ? before + after : `${before} ${after}`;
}

/** Korean has blanks. */
const isHangul = (text: string): boolean => /\p{Script=Hangul}/u.test(text);

const columnsOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
