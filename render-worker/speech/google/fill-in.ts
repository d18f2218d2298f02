/**
 * Boundaries of words from those that are known: they do not decrease and end within the clip. Between known
 * ones, words share the time by their lengths. Pure.
 *
 * @param known one more than there are words; undefined: unknown
 * @param lengths of the words
 */
export function fillIn(
  known: readonly (number | undefined)[],
  lengths: readonly number[],
  durationMs: number,
): number[] {
  const times = [Math.min(durationMs, Math.max(0, known[0] ?? 0))];
  for (let from = 0; from < lengths.length; ) {
    const found = known.findIndex((time, index) => index > from && time !== undefined);
    const to = found < 0 ? lengths.length : found;
    const start = times[from] ?? 0;
    const end = Math.min(durationMs, Math.max(start, known[to] ?? durationMs));
    const total = lengths.slice(from, to).reduce((sum, length) => sum + length, 0);
    let before = 0;
    for (let word = from; word < to; word += 1) {
      before += lengths[word] ?? 0;
      times.push(start + ((end - start) * before) / total);
    }
    from = to;
  }
  return times;
}
