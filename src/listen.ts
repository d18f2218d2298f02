import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { Logger } from "pino";

const firstRetryMs = 50;
const lastRetryMs = 5_000;

/**
 * Listens on a connection of its own to one channel of NOTIFY. A broken connection is opened again, with backoff; since
 * notifications may have been missed meanwhile, `resync` is called after every connect but the first.
 */
export async function listen(options: {
  databaseUrl: string;
  log: Logger;
  channel: string;
  heard: (payload: string) => void;
  resync: () => void;
}): Promise<AsyncDisposable> {
  const { databaseUrl, channel, log, heard, resync } = options;
  const stopped = new AbortController();

  /** Resolves to the connection's end. Rejects when it cannot be opened. */
  async function connect(): Promise<{ ended: Promise<void>; close: () => Promise<void> }> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: "reelay-notifications",
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    client.on("error", (error) => log.warn({ err: error }, "notifications.lost"));
    client.on("end", end);
    client.on("notification", ({ payload }) => {
      heard(payload ?? "");
    });
    const close = () => client.end().catch(() => undefined);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await close();
      throw error;
    }
    return { ended, close };
  }

  async function keepConnected(first: Awaited<ReturnType<typeof connect>>) {
    let connection: typeof first | undefined = first;
    let retryMs = firstRetryMs;
    while (!stopped.signal.aborted) {
      if (connection !== undefined) {
        await Promise.race([connection.ended, aborted(stopped.signal)]);
        await connection.close();
        connection = undefined;
        continue;
      }
      await delay(retryMs * (0.5 + Math.random()), undefined, { signal: stopped.signal }).catch(
        () => undefined,
      );
      if (stopped.signal.aborted) return;
      try {
        connection = await connect();
        retryMs = firstRetryMs;
        resync();
      } catch (error) {
        log.warn({ err: error, retryMs }, "notifications.unavailable");
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    await connection?.close();
  }

  const running = keepConnected(await connect());
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
