/** Takes back what got stuck. */
import { createHearing } from "./hearing.ts";
import { type SweeperDeps, sweep } from "./sweep.ts";

export { recallAll } from "./recall-tasks.ts";
export { startOrphanRemoval } from "./remove-orphans.ts";
export { type SweeperDeps, sweep } from "./sweep.ts";

const everyMs = 5_000;
/** A sweep that comes so late was held up, and so was everything else in this process. */
const lateMs = 15_000;
const pingTimeoutMs = 2_000;

/** Sweeps every 5 s until disposed, whether or not the last sweep succeeded. `alsoSweep` is done with each, e.g. for the upload folder. */
export function startSweeper(deps: SweeperDeps, alsoSweep: () => Promise<unknown>): AsyncDisposable {
  const { clock, log, messaging } = deps;
  const hearing = createHearing(clock);
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let lastAt = clock().getTime();

  async function sweepOnce(): Promise<void> {
    const now = clock().getTime();
    if (now - lastAt > lateMs) hearing.disturb();
    lastAt = now;
    await messaging.ping(AbortSignal.timeout(pingTimeoutMs)).catch((error: unknown) => {
      hearing.disturb();
      log.warn({ err: error }, "sweep.broker-away");
    });
    await Promise.all([sweep(deps, { canHear: hearing.isClear() }), alsoSweep()]);
  }

  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    running = sweepOnce()
      .catch((error: unknown) => {
        hearing.disturb();
        log.warn({ err: error }, "sweep.failed");
      })
      .finally(() => (isRunning = false));
  }, everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
