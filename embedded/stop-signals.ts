/** How the process is told to stop. */
import { onStopSignals } from "@reelay/process";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One Ctrl-C arrives several times: from the terminal, from npm and from the launcher. Later than this it is another one. */
const sameWishMs = 2_000;

export interface StopSignals extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
}

/** Catches signals: the first aborts `signal`; one that comes more than 2 s after it calls `force`. */
export function catchStopSignals(force: () => void): StopSignals {
  const stopping = new AbortController();
  const told = (name: NodeJS.Signals) => stopping.abort(new StoppedError(name));
  const caught = onStopSignals({ signals, sameWishMs, told, toldAgain: force });
  return { signal: stopping.signal, [Symbol.dispose]: () => caught[Symbol.dispose]() };
}

/** The reason of `signal`. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}
