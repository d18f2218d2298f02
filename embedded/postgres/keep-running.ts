/** Restarts a server that ended unexpectedly. */
import { setTimeout as delay } from "node:timers/promises";
import { isFull } from "./errors.ts";
import type { Exit, Server } from "./server.ts";

interface KeepRunningOptions {
  /** Starts another server on the same data and port. Rejects on failure. */
  restart: (signal: AbortSignal) => Promise<Server>;
  /** The data folder. */
  directory: string;
  log?: { info(fields: object, event: string): void; warn(fields: object, event: string): void } | undefined;
}

export interface KeptServer {
  readonly current: Server;
  /** Resolves with the last exit when the server will not be restarted. */
  readonly gaveUp: Promise<Exit>;
  /** Stops restarting. Resolves once no start is in progress. */
  release(): Promise<void>;
}

const MAX_RESTARTS = 3;
const WINDOW_MS = 60_000;
/** The exit of a server that could not be spawned. */
const noExit: Exit = { code: null, signal: null };
/** Pause after a failed start. */
const PAUSE_MS = 1_000;

/**
 * Keeps a server running: after three restarts within a minute it gives up. A full disk ends servers and
 * prevents starts, so exits and failures on a full disk do not count: the server returns when space is
 * available.
 */
export function keepRunning(first: Server, { restart, directory, log }: KeepRunningOptions): KeptServer {
  let current = first;
  let restarting: Promise<Server | null> | undefined;
  const released = new AbortController();
  const { signal } = released;
  const gaveUp = Promise.withResolvers<Exit>();
  const endedAtMs: number[] = [];

  async function mayStart(): Promise<boolean> {
    if (await isFull(directory)) return true;
    const now = performance.now();
    endedAtMs.push(now);
    return endedAtMs.filter((at) => now - at < WINDOW_MS).length <= MAX_RESTARTS;
  }

  async function replace(): Promise<Server | null> {
    while (!signal.aborted && (await mayStart())) {
      try {
        return await restart(signal);
      } catch (err) {
        if (signal.aborted) break;
        log?.warn({ err }, "postgres.not-restarted");
        await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  async function watch(): Promise<void> {
    for (;;) {
      const exit = await current.exited.catch(() => noExit);
      if (signal.aborted) return;
      log?.warn({ pid: current.pid, ...exit }, "postgres.ended");
      restarting = replace();
      const next = await restarting;
      if (next === null) {
        if (!signal.aborted) gaveUp.resolve(exit);
        return;
      }
      current = next;
      log?.info({ pid: next.pid, port: next.port }, "postgres.restarted");
    }
  }

  void watch();
  return {
    get current() {
      return current;
    },
    gaveUp: gaveUp.promise,
    async release() {
      released.abort();
      const last = await restarting;
      // It may have started at the last moment.
      if (last) current = last;
    },
  };
}
