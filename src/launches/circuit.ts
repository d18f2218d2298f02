/** When a target that failed is tried again. Pure. */

const FIRST_MS = 30_000;
const LAST_MS = 900_000;

/** These do not pass by themselves. */
const lasting: ReadonlySet<string> = new Set([
  "CREDENTIALS",
  "NOT_FOUND",
  "INVALID_REQUEST",
  "IMAGE_UNAVAILABLE",
  "INSUFFICIENT_CREDIT",
]);

/**
 * Milliseconds for which the circuit stays open after so many failures in a row: 30 s, doubling to 15 min;
 * 15 min at once for what does not pass by itself; at least the time that the provider asked for.
 */
export function openForMs(failures: number, code: string, retryAfterMs: number | null): number {
  const usual = lasting.has(code) ? LAST_MS : Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return Math.max(usual, Math.min(retryAfterMs ?? 0, 86_400_000));
}
