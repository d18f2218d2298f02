/** A word as it is written. */
export interface WrittenWord {
  text: string;
  /** Whether a blank follows it. */
  isSpaced: boolean;
}

/** Scripts that write no blanks between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * The words of a text with single blanks: what stands between them, and for scripts without blanks what a
 * dictionary finds. Punctuation belongs to the word before it. Pure.
 */
export const splitWords = (text: string, language: string): WrittenWord[] =>
  text.split(" ").flatMap((run) => {
    const pieces = UNSPACED.test(run) ? segment(run, language) : [run];
    return pieces.map((piece, index) => ({ text: piece, isSpaced: index === pieces.length - 1 }));
  });

function segment(run: string, language: string): string[] {
  const pieces: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter(language, { granularity: "word" }).segment(run)) {
    const last = pieces.length - 1;
    if (isWordLike || last < 0) pieces.push(segment);
    else pieces[last] += segment;
  }
  return pieces;
}
