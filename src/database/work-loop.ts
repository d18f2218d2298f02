import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import { listen } from "./listen.ts";

const POLL_MS = 2_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

interface WorkLoop extends AsyncDisposable {
  /** There is something to do: look now. */
  wake(): void;
}

/**
 * Does a piece of work again and again until disposed: at once while there is more, else when NOTIFY on the
 * channel says so, and every two seconds besides, for what is due by time and for notifications that were
 * lost. Failures back off to 5 s, with jitter.
 */
export async function startWorkLoop(loop: {
  databaseUrl: string;
  channel: string;
  log: Logger;
  /** Resolves to whether there may be more to do right now. */
  work: () => Promise<boolean>;
  onFailed: (error: unknown, retryMs: number) => void;
  /** Whether a notification with this payload says that there is work for us. Default always. */
  isForUs?: (payload: string) => boolean;
}): Promise<WorkLoop> {
  const stopped = new AbortController();
  let woken = new AbortController();
  const wake = () => woken.abort();
  const { isForUs = () => true } = loop;
  const heard = (payload: string) => {
    if (isForUs(payload)) wake();
  };
  const listener = await listen({ ...loop, heard, resync: wake });

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      // Before looking, so that a wake-up during the look is not missed.
      woken = new AbortController();
      try {
        const hasMore = await loop.work();
        failures = 0;
        if (!hasMore) await pause(POLL_MS, AbortSignal.any([woken.signal, stopped.signal]));
      } catch (error) {
        const retryMs = Math.round(backoffMs(failures++, FIRST_RETRY_MS, LAST_RETRY_MS));
        loop.onFailed(error, retryMs);
        // A wake-up says that there is more to do, not that it can be done.
        await pause(retryMs, stopped.signal);
      }
    }
  }

  const running = run();
  return {
    wake: () => wake(),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await listener[Symbol.asyncDispose]();
      await running;
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
