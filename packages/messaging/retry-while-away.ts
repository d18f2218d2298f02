import { createBackoff, isTransient } from "./pubsub/retry.ts";

export interface Patience {
  /** Time limit of the retries in milliseconds. */
  patienceMs: number;
  /** Stops the retries. */
  signal?: AbortSignal;
}

/**
 * Retries `work` while its dependency is unavailable, with pauses that grow to five seconds: a process that
 * starts during an outage continues when the outage ends. Rejects with the last error after the time limit,
 * and immediately with an error that waiting cannot cure.
 */
export async function retryWhileAway<T>(
  work: () => Promise<T>,
  {
    patienceMs,
    signal,
    isAway,
    onAway,
  }: Patience & { isAway: (error: unknown) => boolean; onAway: (error: unknown) => void },
): Promise<T> {
  const over = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal ? [signal] : [])]);
  const backoff = createBackoff();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || over.aborted) throw error;
      onAway(error);
      await backoff.wait(over);
      if (over.aborted) throw error;
    }
  }
}

/** True if the broker is unavailable or busy rather than refusing. */
export const isBrokerAway = (error: unknown): boolean => isTransient(error);
