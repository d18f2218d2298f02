import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "graphql-ws";
import type { Answer, ApiPool } from "./api-pool.ts";

/** What one subscriber of one video received. */
export interface Watched {
  videoId: string;
  /** The newest status. */
  status: string | undefined;
  /** Decreases of progress within one job beyond the tolerated loss. */
  backwards: string[];
  /** Time of the last increase, on the monotonic clock. */
  movedAt: number;
}

const DOCUMENT = `subscription ($id: ID!, $after: String) { videoProgress(id: $id, after: $after) {
  id status progress cursor variants { name status fraction } } }`;

/**
 * Progress that is not yet in the database is lost with the processes that received it:
 * `docs/reference/protocol.md`.
 */
const UNKEPT = 0.05;

const isEnd = (status: string | undefined) => status === "READY" || status === "FAILED";

/**
 * Subscribers over WebSockets, one per video. A broken subscription is reopened at another API with the last
 * cursor; a silent connection is abandoned, as the client's documentation recommends.
 */
export function createWatchers({ nextOrigin }: Pick<ApiPool, "nextOrigin">, signal: AbortSignal) {
  const seen = new Map<string, Watched>();
  const sockets = new Map<string, Client[]>();
  let reconnects = 0;
  let index = 0;

  function clientFor(token: string): Client {
    const clients = sockets.get(token) ?? [0, 1].map(() => openClient(nextOrigin, token));
    sockets.set(token, clients);
    return clients[(index += 1) % clients.length] as Client;
  }

  async function follow(watched: Watched, token: string): Promise<void> {
    let after: string | null = null;
    let furthest = 0;
    while (!signal.aborted) {
      const variables: { id: string; after: string | null } = { id: watched.videoId, after };
      const updates = clientFor(token).iterate<Answer>({ query: DOCUMENT, variables });
      const stop = () => void updates.return?.();
      signal.addEventListener("abort", stop, { once: true });
      try {
        for await (const { data, errors } of updates) {
          if (errors !== undefined) break;
          const { status, progress, cursor } = data.videoProgress;
          // A job after the end restarts progress.
          if (isEnd(watched.status) && !isEnd(status)) furthest = 0;
          if (progress < furthest - UNKEPT && !isEnd(status)) {
            watched.backwards.push(`${furthest} to ${progress} (${watched.status} to ${status})`);
          }
          if (progress > furthest && watched.status !== undefined) watched.movedAt = performance.now();
          furthest = Math.max(furthest, progress);
          watched.status = status;
          after = cursor;
        }
      } catch {
        // The socket broke: open another.
      } finally {
        signal.removeEventListener("abort", stop);
      }
      reconnects += 1;
      await delay(300, undefined, { signal }).catch(() => undefined);
    }
  }

  const running: Promise<void>[] = [];
  return {
    seen,
    get reconnects() {
      return reconnects;
    },
    watch(videoId: string, token: string): void {
      if (seen.has(videoId)) return;
      const watched: Watched = { videoId, status: undefined, backwards: [], movedAt: 0 };
      seen.set(videoId, watched);
      running.push(follow(watched, token));
    },
    /** Ends with the signal. */
    async [Symbol.asyncDispose]() {
      for (const client of [...sockets.values()].flat()) {
        client.terminate();
        await client.dispose();
      }
      await Promise.all(running);
    },
  };
}

export type Watchers = ReturnType<typeof createWatchers>;

const PING_MS = 3_000;

function openClient(nextOrigin: () => string, token: string): Client {
  let unanswered: NodeJS.Timeout | undefined;
  const client: Client = createClient({
    url: () => `${nextOrigin().replace("http", "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${token}` },
    connectionAckWaitTimeout: 5_000,
    keepAlive: PING_MS,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: {
      ping: (isFromServer) => {
        if (!isFromServer) unanswered = setTimeout(() => client.terminate(), PING_MS);
      },
      pong: (isFromServer) => {
        if (isFromServer) clearTimeout(unanswered);
      },
      closed: () => clearTimeout(unanswered),
    },
  });
  return client;
}
