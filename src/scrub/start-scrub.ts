import { setTimeout as sleep } from "node:timers/promises";
import { repairPending, type ScrubDeps, type ScrubSettings, scrubNext } from "./scrub.ts";
import { LEASE_MS, releaseScrubLease, takeScrubLease } from "./scrub-lease.ts";

export interface Scrub extends AsyncDisposable {
  /**
   * An object of this video is missing: inspect it soon. Never rejects; more than one hint per second is
   * dropped.
   */
  hint(videoId: string): void;
}

const IDLE_MS = 15_000;
const HINT_PAUSE_MS = 1_000;
/** A video that was looked at within this time is not looked at again for a hint. */
const LOOKED_AT_MS = 600_000;

/**
 * Scrubs until disposed, while no other process does. Failures are retried; an unreadable video does not hold
 * up others.
 */
export function startScrub(deps: ScrubDeps & { holder: string; settings: ScrubSettings }): Scrub {
  const { db, clock, log, holder, settings } = deps;
  const stopped = new AbortController();
  const { signal } = stopped;

  /** Renews the lease while a large video is being read. */
  async function whileHeld<T>(work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      takeScrubLease(db, holder, clock()).catch((error: unknown) =>
        log.warn({ err: error }, "scrub.lease-not-renewed"),
      );
    }, LEASE_MS / 3);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await takeScrubLease(db, holder, clock())) {
          await repairPending(deps);
          if ((await whileHeld(() => scrubNext(deps, settings, signal))) !== null) continue;
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, "scrub.failed");
      }
      await sleep(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  let hintedAt = 0;
  async function takeHint(videoId: string): Promise<void> {
    const before = new Date(clock().getTime() - LOOKED_AT_MS);
    await db.video.updateMany({
      where: { id: videoId, status: "READY", OR: [{ scrubbedAt: null }, { scrubbedAt: { lt: before } }] },
      data: { scrubbedAt: new Date(0) },
    });
  }

  const running = run();
  return {
    hint(videoId) {
      const nowMs = clock().getTime();
      if (nowMs - hintedAt < HINT_PAUSE_MS) return;
      hintedAt = nowMs;
      takeHint(videoId).catch((error: unknown) => log.warn({ err: error, videoId }, "scrub.hint-lost"));
    },
    async [Symbol.asyncDispose]() {
      stopped.abort(new Error("The process stops."));
      await running;
      await releaseScrubLease(db, holder).catch(() => undefined);
    },
  };
}
