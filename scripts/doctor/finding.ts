/** What one check of the doctor found. */
export interface Finding {
  what: string;
  /** `missing`: Reelay does not run without it. `limited`: something optional is not there. */
  state: "ok" | "limited" | "missing";
  detail: string;
  /** How to get what is missing. */
  remedy?: string;
}

const marks = { ok: "✔", limited: "–", missing: "✘" } as const;

/** One line per finding, and one below it for what to do. */
export function printFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings
    .flatMap(({ what, state, detail, remedy }) => [
      `${marks[state]} ${what.padEnd(width)}  ${detail}`,
      ...(remedy === undefined ? [] : [`  ${"".padEnd(width)}  → ${remedy}`]),
    ])
    .join("\n");
}
