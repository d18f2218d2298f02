import type { SpokenWord } from "./speaker.ts";
import type { ReadableWord } from "./to-english.ts";

/** A sound of a clip that is no pause. */
export interface SaidSound {
  sound: string;
  startMs: number;
  endMs: number;
}

/** Beyond this number of comparisons, words get times by their lengths. */
const MAX_COMPARISONS = 16_000_000;

/**
 * Times of a text's words from the times of its sounds, which engines do not assign to words. Each word is
 * matched by its sounds when spoken alone, with as few differences as possible: they change a little among
 * other words, and more for abbreviations such as `Dr.`. Pure.
 *
 * @param alone sounds of each word that has any, when it is spoken alone
 */
export function alignWords(
  words: readonly ReadableWord[],
  said: readonly SaidSound[],
  alone: readonly (readonly string[])[],
): SpokenWord[] {
  const audible = words.flatMap(({ spoken }, index) => (spoken === "" ? [] : [{ spoken, index }]));
  const isKnown = alone.length === audible.length;
  const expected = audible.flatMap(({ spoken, index }, at) => {
    const own = isKnown ? (alone[at] ?? []) : Array.from(spoken);
    return own.map((sound) => ({ sound, word: index }));
  });
  const owners =
    isKnown && expected.length * said.length <= MAX_COMPARISONS
      ? match(expected, said)
      : shareOut(expected, said.length);
  return toWords(words, said, owners);
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
  said: readonly SaidSound[],
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
