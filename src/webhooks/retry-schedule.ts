/** When a delivery that was not taken is tried again: decided purely. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Waits between attempts, as Standard Webhooks proposes them ("Deliverability and reliability"): ten attempts in about three days, which outlasts a
 * weekend.
 */
const waitsMs = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** So that what failed together does not come back together: each wait is up to a tenth shorter or longer. */
const jitter = 0.1;
/** The longest pause that an endpoint can ask for. */
const maxPauseMs = 24 * hour;
/** When all is over, also for what was brought forward meanwhile, or put off by pauses. */
export const maxSpanMs = 4 * 24 * hour;

/**
 * How long to wait after the try of this number, counted from 1; null when it was the last. `pauseMs` is what the receiver asked for (`Retry-After`):
 * never less is waited.
 */
export function planRetryMs(tries: number, { pauseMs = 0, random = Math.random() } = {}): number | null {
  const waitMs = waitsMs[tries - 1];
  if (waitMs === undefined) return null;
  return Math.max(Math.round(waitMs * (1 + jitter * (2 * random - 1))), pauseMs);
}

/** `Retry-After` in milliseconds from now: seconds or a date (RFC 9110, 10.2.3), at most a day. Undefined when it says nothing. */
export function parseRetryAfterMs(value: unknown, now: Date): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * second : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, maxPauseMs) : undefined;
}
