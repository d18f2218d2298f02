/** One Ctrl-C may arrive several times, from the terminal and from npm: later than this it is another wish. */
const sameWishMs = 1_000;

/** Resolves with the first SIGINT or SIGTERM; calls `endNow` at one that comes more than a second after it. */
export function untilTold(endNow: () => void): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > sameWishMs) endNow();
    else resolve(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  return promise;
}
