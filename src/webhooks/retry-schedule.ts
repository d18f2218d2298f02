/** Decides when a failed delivery is tried again. Pure. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Pauses between attempts, as recommended by Standard Webhooks ("Deliverability and reliability"): ten
 * attempts in about three days, which outlasts a weekend.
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

/** Each pause varies by up to a tenth, so that deliveries that failed together do not retry together. */
const jitter = 0.1;
/** The longest pause that an endpoint can ask for. */
const maxPauseMs = 24 * hour;
/** Limit of the whole schedule, also for deliveries that were brought forward or paused. */
export const maxSpanMs = 4 * 24 * hour;

/**
 * The pause after the try with this number, counted from 1; null after the last. `pauseMs` is the receiver's
 * `Retry-After`: the pause is never shorter.
 */
export function planRetryMs(tries: number, { pauseMs = 0, random = Math.random() } = {}): number | null {
  const waitMs = waitsMs[tries - 1];
  if (waitMs === undefined) return null;
  return Math.max(Math.round(waitMs * (1 + jitter * (2 * random - 1))), pauseMs);
}

/**
 * `Retry-After` in milliseconds from now: seconds or a date (RFC 9110, 10.2.3), at most a day. Undefined if
 * it is invalid.
 */
export function parseRetryAfterMs(value: unknown, now: Date): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * second : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, maxPauseMs) : undefined;
}
