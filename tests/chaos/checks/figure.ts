/** One line of the result: what was counted, and what it must be. */
export interface Figure {
  name: string;
  value: number;
  /** Undefined: told, not judged. */
  expected: string | undefined;
  isKept: boolean;
  /** What broke it, or what there is to know: some of it. */
  examples: string[];
}

const few = (examples: readonly string[]) => examples.slice(0, 5);

/** Something that must never happen. */
export const none = (name: string, found: readonly string[]): Figure => ({
  name,
  value: found.length,
  expected: "0",
  isKept: found.length === 0,
  examples: few(found),
});

/** All of something. */
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

/** At most so much; the value is rounded to hundredths. */
export const atMost = (name: string, value: number, limit: number): Figure => ({
  name,
  value: Math.round(value * 100) / 100,
  expected: `<= ${limit}`,
  isKept: value <= limit,
  examples: [],
});

/** To be known only. */
export const told = (name: string, value: number, examples: readonly string[] = []): Figure => ({
  name,
  value: Math.round(value * 100) / 100,
  expected: undefined,
  isKept: true,
  examples: few(examples),
});
