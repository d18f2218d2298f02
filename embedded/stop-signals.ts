/** Signals that ask the process to stop. */
import { onStopSignals } from "@reelay/process";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One Ctrl-C arrives several times: from the terminal, from npm and from the launcher. A later signal is a
 * new one.
 */
const REPEAT_AFTER_MS = 2_000;

interface StopSignals extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
}

/** Catches signals: the first aborts `signal`; one that arrives more than 2 s later calls `force`. */
export function catchStopSignals(force: () => void): StopSignals {
  const stopping = new AbortController();
  const caught = onStopSignals({
    signals: signals,
    repeatAfterMs: REPEAT_AFTER_MS,
    onStop: (name) => stopping.abort(new StoppedError(name)),
    onRepeat: force,
  });
  return { signal: stopping.signal, [Symbol.dispose]: () => caught[Symbol.dispose]() };
}

/** Abort reason of `signal`. */
class StoppedError extends Error {
  override readonly name = "StoppedError";
}
