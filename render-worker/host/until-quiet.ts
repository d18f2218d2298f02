import { sleep } from "../wait.ts";

export interface Quiet {
  /** How long nobody must have needed the CPU, in milliseconds: between two tasks that wait for it there is a moment without any. */
  quietMs: number;
  /** How long it is waited for, in milliseconds: a worker that always has something to do does what can wait beside it then. */
  patienceMs: number;
}

/** A burst is done first; a quarter of an hour later its quality is known all the same. */
export const defaultQuiet: Quiet = { quietMs: 3_000, patienceMs: 900_000 };

/** Waits until nobody needs the CPU. Rejects with the signal's reason. */
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
