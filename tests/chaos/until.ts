import { setTimeout as delay } from "node:timers/promises";

/** Waits until `check` is true; one that throws is not. Rejects with what was waited for when it takes too long, or when aborted. */
export async function until(
  check: () => Promise<boolean>,
  what: string,
  { timeoutMs, signal, everyMs = 250 }: { timeoutMs: number; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last = "it is not so";
  for (;;) {
    signal.throwIfAborted();
    const isSo = await check().catch((error: unknown) => {
      last = error instanceof Error ? error.message : String(error);
      return false;
    });
    if (isSo) return;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs / 1_000} s in vain until ${what} (${last}).`);
    }
    await delay(everyMs, undefined, { signal });
  }
}
