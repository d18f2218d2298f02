import type { Figure } from "./checks/figure.ts";

export interface Report {
  seed: number;
  /** By scenario. */
  figures: ReadonlyMap<string, readonly Figure[]>;
  /** The command that repeats the run. */
  repeat: string;
}

export const isKept = ({ figures }: Report): boolean =>
  [...figures.values()].every((ofOne) => ofOne.every((figure) => figure.isKept));

/** Formats the figures of one scenario as a table: value, expected value, and examples of violations. */
export function formatFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .flatMap(({ name, value, expected, isKept: kept, examples }) => {
      const verdict = expected === undefined ? "" : `  (expected ${expected})${kept ? "" : "  BROKEN"}`;
      const head = `${kept ? "  " : "✗ "}${name.padEnd(width)}  ${String(value).padStart(6)}${verdict}`;
      return [head, ...examples.map((example) => `      ${example.slice(0, 2_000)}`)];
    })
    .join("\n");
}

/** All figures as one line of JSON, for machines. */
export function toJson(report: Report): string {
  const ofAll = [...report.figures];
  const broken = ofAll.flatMap(([scenario, figures]) =>
    figures.filter((figure) => !figure.isKept).map(({ name }) => `${scenario}: ${name}`),
  );
  const figures = Object.fromEntries(
    ofAll.map(([scenario, list]) => [
      scenario,
      Object.fromEntries(list.map(({ name, value }) => [name, value])),
    ]),
  );
  return JSON.stringify({
    seed: report.seed,
    isKept: isKept(report),
    broken,
    figures,
    repeat: report.repeat,
  });
}
