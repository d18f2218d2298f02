/** Takes back what got stuck. */
import { type SweeperDeps, sweep } from "./sweep.ts";

export { type SweeperDeps, sendAgain, sweep } from "./sweep.ts";

const everyMs = 5_000;

/** Sweeps every 5 s until disposed, whether or not the last sweep succeeded. `alsoSweep` is done with each, e.g. for the upload folder. */
export function startSweeper(deps: SweeperDeps, alsoSweep: () => Promise<unknown>): AsyncDisposable {
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    running = Promise.all([sweep(deps), alsoSweep()])
      .then(() => undefined)
      .catch((error: unknown) => deps.log.warn({ err: error }, "sweep.failed"))
      .finally(() => (isRunning = false));
  }, everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
