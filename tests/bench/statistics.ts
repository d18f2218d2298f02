/** Median, and how far the rounds lie apart. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** Needs at least one value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** `12.3 s (12.1 to 12.9)`. */
export const show = ({ median, min, max }: Summary, digits = 2, unit = ""): string =>
  `${median.toFixed(digits)}${unit} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
