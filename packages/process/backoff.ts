/**
 * Exponential backoff in milliseconds before the try after `failures` earlier ones: `firstMs`, doubled with
 * each, at most `lastMs`. A random half of it keeps processes that failed together from retrying together.
 */
export const backoffMs = (failures: number, firstMs: number, lastMs: number): number =>
  Math.min(lastMs, firstMs * 2 ** failures) * (0.5 + Math.random() / 2);
