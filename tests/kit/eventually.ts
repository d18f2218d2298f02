import { setTimeout as delay } from "node:timers/promises";

export interface EventuallyOptions {
  /**
   * How long to keep trying; default 10 s, which is patience for a slow machine and no statement about speed.
   */
  timeoutMs?: number;
  intervalMs?: number;
}

/**
 * Calls `attempt` until it neither throws nor returns `false`, and returns what it returned. `reason` says in
 * the error what was waited for.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  reason: string,
  { timeoutMs = 10_000, intervalMs = 20 }: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown = "it returned false";
    try {
      const value = await attempt();
      if (value !== false) return value as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const what = last instanceof Error ? last.message : String(last);
      throw new Error(`Waited ${timeoutMs} ms, but not yet true: ${reason} (${what})`, { cause: last });
    }
    await delay(intervalMs);
  }
}
