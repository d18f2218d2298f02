/** LUFS below which the standard calls it silence, and how far below the mean what is heard may be to count. */
const gates = { absolute: -70, relative: -10 };

/**
 * The integrated loudness of blocks of 400 ms by their loudness (EBU R128: ITU-R BS.1770-4, annex 1): the mean of what is neither silent nor much
 * softer than the rest. In LUFS; minus infinity for silence. Pure.
 */
export function integrateLoudness(blocks: readonly number[]): number {
  const heard = blocks.filter((lufs) => lufs > gates.absolute);
  const gate = meanOf(heard) + gates.relative;
  return meanOf(heard.filter((lufs) => lufs > gate));
}

/** Of powers. */
function meanOf(levels: readonly number[]): number {
  const power = levels.reduce((sum, lufs) => sum + 10 ** (lufs / 10), 0);
  return 10 * Math.log10(power / levels.length || 0);
}
