/**
 * Calls `onStop` for signals that ask the process to stop, and `onRepeat` for those that arrive more than
 * `repeatAfterMs` after the first: one Ctrl-C may arrive several times, from the terminal and from npm.
 * Active until disposed.
 */
export function onStopSignals(options: {
  signals: readonly NodeJS.Signals[];
  repeatAfterMs: number;
  onStop: (signal: NodeJS.Signals) => void;
  onRepeat: () => void;
}): Disposable {
  const { signals, repeatAfterMs, onStop, onRepeat } = options;
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > repeatAfterMs) onRepeat();
    else onStop(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}

/**
 * Resolves with the first SIGINT or SIGTERM. Calls `endNow` for one that arrives more than a second later.
 */
export function waitForSignal(endNow: () => void): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  onStopSignals({ signals: ["SIGINT", "SIGTERM"], repeatAfterMs: 1_000, onStop: resolve, onRepeat: endNow });
  return promise;
}
