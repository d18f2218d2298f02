/** Decides when a failed delivery is tried again. Pure. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses between attempts, as recommended by Standard Webhooks ("Deliverability and reliability"): ten
 * attempts in about three days, which outlasts a weekend.
 */
const waitsMs = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Each pause varies by up to a tenth, so that deliveries that failed together do not retry together. */
const JITTER = 0.1;
/** The longest pause that an endpoint can ask for. */
const MAX_PAUSE_MS = 24 * HOUR;
/** Limit of the whole schedule, also for deliveries that were brought forward or paused. */
export const MAX_SPAN_MS = 4 * 24 * HOUR;

/**
 * The pause after the try with this number, counted from 1; null after the last. `pauseMs` is the receiver's
 * `Retry-After`: the pause is never shorter.
 */
export function planRetryMs(tries: number, { pauseMs = 0, random = Math.random() } = {}): number | null {
  const waitMs = waitsMs[tries - 1];
  if (waitMs === undefined) return null;
  return Math.max(Math.round(waitMs * (1 + JITTER * (2 * random - 1))), pauseMs);
}

/**
 * `Retry-After` in milliseconds from now: seconds or a date (RFC 9110, 10.2.3), at most a day. Undefined if
 * it is invalid.
 */
export function parseRetryAfterMs(value: unknown, now: Date): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_PAUSE_MS) : undefined;
}
