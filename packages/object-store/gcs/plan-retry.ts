/** Limits of one operation, retries included. */
export interface RetryPolicy {
  /** Maximum number of requests without progress. */
  tries: number;
  /** Maximum time without progress, in milliseconds. */
  totalMs: number;
  firstDelayMs: number;
  maxDelayMs: number;
  /** A server that stays silent for this long has lost the request, in milliseconds. */
  silenceMs: number;
}

/** Bridges an outage of one minute and a store that refuses every second request. */
export const retryPolicy: RetryPolicy = {
  silenceMs: 30_000,
  tries: 16,
  totalMs: 120_000,
  firstDelayMs: 100,
  maxDelayMs: 8_000,
};

export interface Failure {
  /** Failed requests so far, at least 1. */
  tried: number;
  /** Time since the first of them began, in milliseconds. */
  elapsedMs: number;
  /** Pause requested by the server. */
  retryAfterMs: number | null;
  /** Random number from 0 to 1. */
  random: number;
}

/**
 * The pause before the next request in milliseconds: exponential, with a jitter of one half, and never less
 * than the server requested. Null when the limits are reached or the pause would exceed them.
 */
export function planRetry(
  { tries, totalMs, firstDelayMs, maxDelayMs }: Omit<RetryPolicy, "silenceMs">,
  { tried, elapsedMs, retryAfterMs, random }: Failure,
): number | null {
  if (tried >= tries) return null;
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** (tried - 1));
  const delayMs = Math.max(full * (0.5 + random / 2), retryAfterMs ?? 0);
  return elapsedMs + delayMs < totalMs ? delayMs : null;
}
