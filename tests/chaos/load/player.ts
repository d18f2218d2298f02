import { setTimeout as delay } from "node:timers/promises";
import { danglingMasters } from "../checks/playlists.ts";

/** Somebody who follows every master playlist all the time, as players do. */
export interface Player {
  /** What was named and not there, and still was not a moment later, when a player that looks again gives up. */
  readonly missed: ReadonlySet<string>;
}

const everyMs = 2_000;

export function startPlayer(store: string, signal: AbortSignal): Player {
  const missed = new Set<string>();
  const play = async () => {
    let before: string[] = [];
    while (!signal.aborted) {
      const now = await danglingMasters(store);
      for (const one of now) if (before.includes(one)) missed.add(one);
      before = now;
      await delay(everyMs, undefined, { signal });
    }
  };
  void play().catch(() => undefined);
  return { missed };
}
