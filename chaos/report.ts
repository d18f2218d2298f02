import type { Figure } from "./checks/figure.ts";

export interface Report {
  seed: number;
  figures: Figure[];
  isKept: boolean;
}

/** The figures as a table: what was counted, what it must be, and what broke it. */
export function formatFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .flatMap(({ name, value, expected, isKept, examples }) => {
      const verdict = expected === undefined ? "" : `  (expected ${expected})${isKept ? "" : "  BROKEN"}`;
      const head = `${isKept ? "  " : "✗ "}${name.padEnd(width)}  ${String(value).padStart(6)}${verdict}`;
      return [head, ...examples.map((example) => `      ${example}`)];
    })
    .join("\n");
}

/** Everything on one line, for machines. */
export function toJson({ seed, figures, isKept }: Report, repeat: string): string {
  const values = Object.fromEntries(figures.map(({ name, value }) => [name, value]));
  const broken = figures.filter((figure) => !figure.isKept).map(({ name }) => name);
  return JSON.stringify({ seed, isKept, broken, figures: values, repeat });
}
