import type { Authenticate } from "./authenticate.ts";

/** The maximum of `setTimeout`. For an expiry weeks away the regular check is soon enough. */
const LONGEST_WAIT_MS = 2_147_483_647;

/** Calls `end` when a key or token expires. Returns a function that cancels this. */
export function atKeyExpiry(expiresAt: Date | null | undefined, now: Date, end: () => void): () => void {
  const waitMs = expiresAt ? expiresAt.getTime() - now.getTime() : Number.POSITIVE_INFINITY;
  if (waitMs > LONGEST_WAIT_MS) return () => undefined;
  const timer = setTimeout(end, Math.max(waitMs, 0));
  timer.unref();
  return () => clearTimeout(timer);
}

export interface KeyChecks {
  authenticate: Authenticate;
  clock: () => Date;
  /** Interval for checking a key again, in milliseconds. */
  recheckMs: number;
}

/** Calls `end` when a key or token expires or is revoked. Returns a function that cancels this. */
export function atKeyEnd(
  { authenticate, clock, recheckMs }: KeyChecks,
  { token, expiresAt }: { token: string; expiresAt: Date | null | undefined },
  end: () => void,
): () => void {
  const cancelExpiry = atKeyExpiry(expiresAt, clock(), end);
  const timer = setInterval(() => {
    // While the database is away no key is revoked.
    void authenticate(token).then(
      (known) => known === null && end(),
      () => undefined,
    );
  }, recheckMs);
  timer.unref();
  return () => {
    cancelExpiry();
    clearInterval(timer);
  };
}
