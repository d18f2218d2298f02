/** Recovers stuck work. */
import { createHealthGate } from "./health-gate.ts";
import { type SweeperDeps, sweep } from "./sweep.ts";

export { redispatchAll } from "./redispatch-tasks.ts";
export { startOrphanRemoval } from "./remove-orphans.ts";
export { type SweeperDeps, sweep } from "./sweep.ts";

const EVERY_MS = 5_000;
/** A sweep this late was held up, like everything else in this process. */
const LATE_MS = 15_000;
const PING_TIMEOUT_MS = 2_000;

/**
 * Sweeps every 5 s until disposed, even after a failed sweep. `alsoSweep` runs with each, for example for the
 * upload folder.
 */
export function startSweeper(deps: SweeperDeps, alsoSweep: () => Promise<unknown>): AsyncDisposable {
  const { clock, log, messaging } = deps;
  const healthGate = createHealthGate(clock);
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let lastAt = clock().getTime();

  async function sweepOnce(): Promise<void> {
    const now = clock().getTime();
    if (now - lastAt > LATE_MS) healthGate.disturb();
    lastAt = now;
    await messaging.ping(AbortSignal.timeout(PING_TIMEOUT_MS)).catch((error: unknown) => {
      healthGate.disturb();
      log.warn({ err: error }, "sweep.broker-unreachable");
    });
    await Promise.all([sweep(deps, { isHealthy: healthGate.isClear() }), alsoSweep()]);
  }

  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    running = sweepOnce()
      .catch((error: unknown) => {
        healthGate.disturb();
        log.warn({ err: error }, "sweep.failed");
      })
      .finally(() => (isRunning = false));
  }, EVERY_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
