import { sleep } from "../wait.ts";

export interface Quiet {
  /** Required idle time in milliseconds: between two consecutive tasks there is a moment without any. */
  quietMs: number;
  /**
   * Maximum wait in milliseconds. After it, a worker that is always busy does deferred work beside its tasks.
   */
  patienceMs: number;
}

/** Bursts finish first; the quality is measured within a quarter of an hour in any case. */
export const defaultQuiet: Quiet = { quietMs: 3_000, patienceMs: 900_000 };

/** Waits until the CPU is idle. Rejects with the signal's reason. */
export async function untilQuiet(
  isBusy: () => boolean,
  { quietMs, patienceMs }: Quiet,
  signal: AbortSignal,
): Promise<void> {
  const lookMs = Math.min(quietMs, 1_000);
  for (let waitedMs = 0, quietForMs = 0; quietForMs < quietMs && waitedMs < patienceMs; waitedMs += lookMs) {
    await sleep(lookMs, signal);
    quietForMs = isBusy() ? 0 : quietForMs + lookMs;
  }
  signal.throwIfAborted();
}
