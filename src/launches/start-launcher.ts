import { setTimeout as sleep } from "node:timers/promises";
import { createLauncher, type LauncherDeps } from "./launcher.ts";

const EVERY_MS = 2_000;
/** A provider's answer is awaited so long; the row of a launch is held a little longer. */
const CALL_MS = 45_000;

/**
 * Rents workers until disposed, and looks every two seconds. A target whose provider is slow holds up no
 * other.
 */
export function startLauncher(deps: LauncherDeps): AsyncDisposable {
  const { plan, log } = deps;
  const launcher = createLauncher(deps);
  const stopped = new AbortController();
  const busy = new Map<string, Promise<void>>();
  const failed = (error: unknown) => log.warn({ err: error }, "launches.held-up");

  function start(name: string, work: () => Promise<void>): void {
    if (busy.has(name)) return;
    busy.set(
      name,
      work()
        .catch(failed)
        .finally(() => busy.delete(name)),
    );
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await launcher.plan().catch(failed);
      start("", () => launcher.serveForgotten());
      for (const target of plan.targets)
        start(target.name, () =>
          launcher.serve(target, AbortSignal.any([stopped.signal, AbortSignal.timeout(CALL_MS)])),
        );
      await sleep(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
      await Promise.all(busy.values());
      await Promise.all(plan.targets.map(({ backend }) => backend[Symbol.asyncDispose]()));
    },
  };
}
