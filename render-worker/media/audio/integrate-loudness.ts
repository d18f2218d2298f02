/**
 * The standard's gates, in LUFS: blocks below the absolute gate are silence, and blocks far below the mean do
 * not count.
 */
const gates = { absolute: -70, relative: -10 };

/**
 * Integrated loudness of 400 ms blocks (EBU R128: ITU-R BS.1770-4, annex 1): the gated mean, in LUFS. Minus
 * infinity for silence. Pure.
 */
export function integrateLoudness(blocks: readonly number[]): number {
  const heard = blocks.filter((lufs) => lufs > gates.absolute);
  const gate = meanOf(heard) + gates.relative;
  return meanOf(heard.filter((lufs) => lufs > gate));
}

/** Mean of the powers. */
function meanOf(levels: readonly number[]): number {
  const power = levels.reduce((sum, lufs) => sum + 10 ** (lufs / 10), 0);
  return 10 * Math.log10(power / levels.length || 0);
}
