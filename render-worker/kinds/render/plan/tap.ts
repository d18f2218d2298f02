import type { PlannedRung } from "../../../media/ladder/index.ts";

/**
 * Ends a rung's chain: one copy for its encoder, through its own filters, and one to scale the next rung
 * from.
 */
export function tap(rung: PlannedRung, next: PlannedRung | undefined, own: readonly string[]): string {
  const filters = own.join(",");
  if (next === undefined) return `${filters && `,${filters}`}[${rung.name}]`;
  if (filters === "") return `,split=2[${rung.name}][to-${next.name}]`;
  return `,split=2[for-${rung.name}][to-${next.name}];[for-${rung.name}]${filters}[${rung.name}]`;
}
