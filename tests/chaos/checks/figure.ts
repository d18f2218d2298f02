/** One line of the result: a measured value and its expected value. */
export interface Figure {
  name: string;
  value: number;
  /** Undefined: informational, not judged. */
  expected: string | undefined;
  isKept: boolean;
  /** Examples of violations, or of useful details. */
  examples: string[];
}

const few = (examples: readonly string[]) => examples.slice(0, 5);

/** A number that must be zero. */
export const none = (name: string, found: readonly string[]): Figure => ({
  name,
  value: found.length,
  expected: "0",
  isKept: found.length === 0,
  examples: few(found),
});

/** A number that must equal its total. */
export const all = (
  name: string,
  value: number,
  expected: number,
  missing: readonly string[] = [],
): Figure => ({
  name,
  value,
  expected: String(expected),
  isKept: value === expected,
  examples: few(missing),
});

/** A value with an upper limit, rounded to hundredths. */
export const atMost = (name: string, value: number, limit: number): Figure => ({
  name,
  value: Math.round(value * 100) / 100,
  expected: `<= ${limit}`,
  isKept: value <= limit,
  examples: [],
});

/** An informational value. */
export const info = (name: string, value: number, examples: readonly string[] = []): Figure => ({
  name,
  value: Math.round(value * 100) / 100,
  expected: undefined,
  isKept: true,
  examples: few(examples),
});
