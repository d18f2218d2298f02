import { setTimeout as delay } from "node:timers/promises";
import { danglingMasters } from "../checks/playlists.ts";

/** Follows every master playlist continuously, like a player. */
export interface Player {
  /**
   * Referenced files that were missing, and still missing a moment later, when a player that retries gives
   * up.
   */
  readonly missed: ReadonlySet<string>;
}

const EVERY_MS = 2_000;

export function startPlayer(store: string, signal: AbortSignal): Player {
  const missed = new Set<string>();
  const play = async () => {
    let before: string[] = [];
    while (!signal.aborted) {
      const now = await danglingMasters(store);
      for (const one of now) if (before.includes(one)) missed.add(one);
      before = now;
      await delay(EVERY_MS, undefined, { signal });
    }
  };
  void play().catch(() => undefined);
  return { missed };
}
