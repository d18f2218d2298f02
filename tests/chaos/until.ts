import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until `check` is true; an exception counts as false. Rejects with `what` when time is up or when
 * aborted.
 */
export async function until(
  check: () => Promise<boolean>,
  what: string,
  { timeoutMs, signal, everyMs = 250 }: { timeoutMs: number; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last = "the condition is false";
  for (;;) {
    signal.throwIfAborted();
    const isMet = await check().catch((error: unknown) => {
      last = error instanceof Error ? error.message : String(error);
      return false;
    });
    if (isMet) return;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs / 1_000} s for "${what}" without success (${last}).`);
    }
    await delay(everyMs, undefined, { signal });
  }
}
