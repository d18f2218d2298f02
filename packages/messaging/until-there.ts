import { createBackoff, isPassing } from "./pubsub/retry.ts";

export interface Patience {
  /** How long to go on trying, in milliseconds. */
  patienceMs: number;
  /** Stops trying. */
  signal?: AbortSignal;
}

/**
 * Repeats `work` while what it needs is away, with pauses that grow to five seconds: a process that is started during an outage begins when
 * the outage is over. Rejects with the last error when patience is over, and at once with one that no waiting mends.
 */
export async function untilThere<T>(
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

/** Whether the broker is away or busy, rather than refusing. */
export const isBrokerAway = (error: unknown): boolean => isPassing(error);
