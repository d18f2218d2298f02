/** How the process is told to stop. */

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
  let firstAt: number | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > sameWishMs) force();
    else stopping.abort(new StoppedError(name));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: stopping.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.removeListener(name, onSignal);
    },
  };
}

/** The reason of `signal`. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}
