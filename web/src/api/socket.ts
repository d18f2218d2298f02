import { type Client, createClient } from "graphql-ws";
import { type ConnectionState, createStore, type Store } from "./connection.ts";

/**
 * How often a silent connection is tried, in milliseconds; without an answer in as long it counts as broken.
 */
const PING_MS = 10_000;
/** Longest pause between two tries to connect, in milliseconds. */
const LONGEST_PAUSE_MS = 5_000;
/** What the API closes with when the key is gone: trying again would not help. */
const FORBIDDEN = 4403;

export interface Socket extends Disposable {
  client: Client;
  state: Store<ConnectionState>;
}

/** The one WebSocket of the page, which is opened again for as long as the page is. */
export function createSocket(key: string, onForbidden: () => void): Socket {
  const state = createStore<ConnectionState>("CONNECTING");
  const url = new URL("/graphql", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let pongDue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: url.href,
    connectionParams: { authorization: `Bearer ${key}` },
    keepAlive: PING_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => untilOnline(pauseMs(tries)),
    on: {
      connected: () => state.set("ONLINE"),
      closed: (event) => {
        clearTimeout(pongDue);
        const code = typeof event === "object" && event !== null && "code" in event ? event.code : 0;
        if (code === FORBIDDEN) onForbidden();
        // 1000 is our own: nothing is subscribed to any more.
        else if (code !== 1000) state.set("AWAY");
      },
      ping: (isReceived) => {
        if (!isReceived) pongDue = setTimeout(() => client.terminate(), PING_MS);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pongDue);
      },
    },
  });
  // A browser that loses its network keeps the socket open for minutes.
  const leave = () => {
    state.set("AWAY");
    client.terminate();
  };
  addEventListener("offline", leave);
  return {
    client,
    state,
    [Symbol.dispose]() {
      removeEventListener("offline", leave);
      clearTimeout(pongDue);
      void client.dispose();
    },
  };
}

/**
 * Grows from a quarter of a second, spread out so that the clients of a restarted API do not come all at
 * once.
 */
export const pauseMs = (tries: number, random: number = Math.random()): number =>
  Math.min(LONGEST_PAUSE_MS, 250 * 2 ** tries) * (0.5 + random / 2);

/** Waits so long; a network that comes back ends it at once, and without one it goes on. */
async function untilOnline(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      removeEventListener("online", done);
      resolve();
    };
    addEventListener("online", done);
    if (navigator.onLine) setTimeout(done, ms);
  });
}
