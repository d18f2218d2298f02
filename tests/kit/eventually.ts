import { setTimeout as delay } from "node:timers/promises";

export interface EventuallyOptions {
  /**
   * How long to keep trying; default 60 s, which is patience for a slow machine and no statement about speed.
   */
  timeoutMs?: number;
  /** Default 20 ms at first, up to 150 ms in a long wait: each attempt takes CPU time from its subject. */
  intervalMs?: number;
}

/**
 * Calls `attempt` until it neither throws nor returns `false`, and returns what it returned. `reason` says in
 * the error what was waited for.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  reason: string,
  { timeoutMs = 60_000, intervalMs }: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const begun = performance.now();
  for (;;) {
    let last: unknown = "it returned false";
    try {
      const value = await attempt();
      if (value !== false) return value as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    const waitedMs = performance.now() - begun;
    if (waitedMs > timeoutMs) {
      const what = last instanceof Error ? last.message : String(last);
      throw new Error(`Waited ${timeoutMs} ms, but not yet true: ${reason} (${what})`, { cause: last });
    }
    await delay(intervalMs ?? Math.min(150, 20 + waitedMs / 10));
  }
}
