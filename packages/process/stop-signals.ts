/**
 * Calls `told` at signals that ask the process to stop, and `toldAgain` at those that come more than `sameWishMs` after the first: one Ctrl-C
 * may arrive several times, from the terminal and from npm. Until disposed.
 */
export function onStopSignals(options: {
  signals: readonly NodeJS.Signals[];
  sameWishMs: number;
  told: (signal: NodeJS.Signals) => void;
  toldAgain: () => void;
}): Disposable {
  const { signals, sameWishMs, told, toldAgain } = options;
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > sameWishMs) toldAgain();
    else told(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}

/** Resolves with the first SIGINT or SIGTERM; calls `endNow` at one that comes more than a second after it. */
export function untilTold(endNow: () => void): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  onStopSignals({ signals: ["SIGINT", "SIGTERM"], sameWishMs: 1_000, told: resolve, toldAgain: endNow });
  return promise;
}
