/** Posts player events in batches, and the remaining ones when the page closes. */
import type { PlayerEvents } from "./events.ts";

export interface EventPost {
  add<TName extends keyof PlayerEvents>(name: TName, detail: PlayerEvents[TName]): void;
  /** Sends the remaining events. */
  end(): void;
}

const SEND_EVERY_MS = 30_000;
const MAX_WAITING = 50;

/**
 * Sends JSON `{ session, video, token, events: [{ name, atMs, detail }] }` by `navigator.sendBeacon`, as
 * text/plain, which needs no CORS preflight. `atMs` counts from the player's start; `session` is random for
 * each player and not stored.
 */
export function createEventPost(url: string, video: string, tokenNow: () => string | null): EventPost {
  const session = crypto.randomUUID();
  const beganAt = performance.now();
  const listening = new AbortController();
  let waiting: { name: string; atMs: number; detail: unknown }[] = [];

  function send() {
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    const token = tokenNow();
    navigator.sendBeacon(url, JSON.stringify({ session, video, ...(token !== null && { token }), events }));
  }

  const timer = setInterval(send, SEND_EVERY_MS);
  // On phones, the last event that is certain to arrive.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send(), {
    signal: listening.signal,
  });
  addEventListener("pagehide", send, { signal: listening.signal });

  return {
    add(name, detail) {
      waiting.push({ name, atMs: Math.round(performance.now() - beganAt), detail });
      if (waiting.length >= MAX_WAITING) send();
    },
    end() {
      clearInterval(timer);
      listening.abort();
      send();
    },
  };
}
