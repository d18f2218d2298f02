import { isIntended } from "./exit-codes.ts";

/** Rules for restarting a crashed program: how often, and after which pause. */

export const MAX_RESTARTS = 5;
export const WINDOW_MS = 60_000;
const FIRST_PAUSE_MS = 250;

/**
 * The pause before the next start in milliseconds, doubled with each crash within a minute. Null after too
 * many crashes.
 */
export function planRestart(crashedAtMs: readonly number[], nowMs: number): number | null {
  const recent = crashedAtMs.filter((at) => nowMs - at < WINDOW_MS).length;
  return recent > MAX_RESTARTS ? null : FIRST_PAUSE_MS * 2 ** Math.max(0, recent - 1);
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The process reported an uncaught exception. */
  hasReported: boolean;
}

const stopSignals: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGTERM", "SIGHUP"]);

/** A program that chose its exit code ends for a reason that a restart would not change. */
export function isCrash({ code, signal, hasReported }: Ended): boolean {
  if (hasReported) return true;
  return signal === null ? code === null || !isIntended(code) : !stopSignals.has(signal);
}
