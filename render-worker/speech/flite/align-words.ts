import type { SpokenWord } from "../speaker.ts";
import type { ReadableWord } from "./to-english.ts";

/** A sound of a clip. */
interface Segment {
  sound: string;
  startMs: number;
  endMs: number;
}

/** Beyond this number of comparisons, words get times by their lengths. */
const MAX_COMPARISONS = 16_000_000;
const PAUSE = "pau";

/**
 * Times of a text's words from the times of its sounds, which Flite does not assign to words. Each word is
 * matched by its sounds when spoken alone, with as few differences as possible: they change a little among
 * other words, and more for abbreviations such as `Dr.`. Pure.
 *
 * @param segments printed sounds of the clip, one line per sentence
 * @param sounds printed sounds of the words that have any, one line each
 */
export function alignWords(
  words: readonly ReadableWord[],
  { segments, sounds }: { segments: string; sounds: string },
  durationMs: number,
): SpokenWord[] {
  const said = parseSegments(segments, durationMs).filter(({ sound }) => sound !== PAUSE);
  const audible = words.flatMap(({ spoken }, index) => (spoken === "" ? [] : [{ spoken, index }]));
  const lines = linesOf(sounds);
  const isPrinted = lines.length === audible.length;
  const expected = audible.flatMap(({ spoken, index }, at) => {
    const own = isPrinted ? soundsOf(lines[at] ?? "") : Array.from(spoken);
    return own.map((sound) => ({ sound, word: index }));
  });
  const owners =
    isPrinted && expected.length * said.length <= MAX_COMPARISONS
      ? match(expected, said)
      : shareOut(expected, said.length);
  return toWords(words, said, owners);
}

const linesOf = (printed: string): string[] => printed.split("\n").filter((line) => line.trim() !== "");
const soundsOf = (line: string): string[] =>
  line.split(" ").filter((sound) => sound !== "" && sound !== PAUSE);

/** Sentences begin at 0 each, and are printed with lengths that differ a little from their samples'. */
function parseSegments(printed: string, durationMs: number): Segment[] {
  const segments: Segment[] = [];
  let sentenceAt = 0;
  let at = 0;
  for (const line of linesOf(printed)) {
    for (const printedSound of line.split(" ")) {
      const [sound = "", end = ""] = printedSound.split(":");
      if (sound === "" || !/^\d+\.\d+$/.test(end)) continue;
      const endMs = sentenceAt + Number(end) * 1000;
      segments.push({ sound, startMs: at, endMs });
      at = endMs;
    }
    sentenceAt = at;
  }
  const scale = at > 0 ? durationMs / at : 0;
  return segments.map(({ sound, startMs, endMs }) => ({
    sound,
    startMs: startMs * scale,
    endMs: endMs * scale,
  }));
}

const steps = { both: 0, expected: 1, said: 2 } as const;

/** The word of each sound that was said: an alignment with the least number of differences. */
function match(
  expected: readonly { sound: string; word: number }[],
  said: readonly { sound: string }[],
): number[] {
  const columns = said.length + 1;
  const taken = new Uint8Array((expected.length + 1) * columns);
  let above = Uint32Array.from({ length: columns }, (_, column) => column);
  taken.fill(steps.said, 1, columns);
  for (let row = 1; row <= expected.length; row += 1) {
    const costs = new Uint32Array(columns);
    costs[0] = row;
    taken[row * columns] = steps.expected;
    const sound = expected[row - 1]?.sound;
    for (let column = 1; column < columns; column += 1) {
      const both = (above[column - 1] ?? 0) + (sound === said[column - 1]?.sound ? 0 : 1);
      const onlyExpected = (above[column] ?? 0) + 1;
      const onlySaid = (costs[column - 1] ?? 0) + 1;
      const least = Math.min(both, onlyExpected, onlySaid);
      costs[column] = least;
      taken[row * columns + column] =
        least === both ? steps.both : least === onlyExpected ? steps.expected : steps.said;
    }
    above = costs;
  }
  const owners = Array.from<number>({ length: said.length });
  let [row, column] = [expected.length, said.length];
  while (row > 0 || column > 0) {
    const step = taken[row * columns + column];
    if (step !== steps.expected) {
      column -= 1;
      owners[column] = expected[Math.max(0, row - 1)]?.word ?? 0;
    }
    if (step !== steps.said) row -= 1;
  }
  return owners;
}

/** Without a match: as many sounds for each word as it has of all letters. */
const shareOut = (expected: readonly { word: number }[], count: number): number[] =>
  Array.from(
    { length: count },
    (_, index) => expected[Math.floor((index * expected.length) / count)]?.word ?? 0,
  );

/** A word without sounds has no length. */
function toWords(
  words: readonly ReadableWord[],
  said: readonly Segment[],
  owners: readonly number[],
): SpokenWord[] {
  let at = 0;
  let next = 0;
  return words.map(({ text }, word) => {
    const from = next;
    while (next < said.length && (owners[next] ?? 0) <= word) next += 1;
    const [first, last] = [said[from], said[next - 1]];
    const startMs = next > from && first ? Math.round(first.startMs) : at;
    const endMs = next > from && last ? Math.round(last.endMs) : startMs;
    at = endMs;
    return { text, startMs, endMs };
  });
}
