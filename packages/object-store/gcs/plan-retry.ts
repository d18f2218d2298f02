/** Limits of one operation, its retries included. */
export interface RetryPolicy {
  /** Requests without progress. */
  tries: number;
  /** Time without progress, in milliseconds. */
  totalMs: number;
  firstDelayMs: number;
  maxDelayMs: number;
  /** A server that is silent for so long has lost the request, in milliseconds. */
  silenceMs: number;
}

/** Bridges an outage of a minute, and a store that refuses every second request. */
export const RETRY_POLICY: RetryPolicy = {
  silenceMs: 30_000,
  tries: 16,
  totalMs: 120_000,
  firstDelayMs: 100,
  maxDelayMs: 8_000,
};

export interface Failure {
  /** Requests that failed so far, at least 1. */
  tried: number;
  /** Time since the first of them began, in milliseconds. */
  elapsedMs: number;
  /** Delay that the server asked for. */
  retryAfterMs: number | null;
  /** From 0 to 1. */
  random: number;
}

/**
 * Milliseconds to wait before the next request: exponential, jittered by half, and never less than the server asked for. Null when the limits
 * are reached, or would be by waiting.
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
