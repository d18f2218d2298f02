import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "@reelay/process";
import { Client } from "pg";
import type { Logger } from "pino";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5_000;
const GOODBYE_MS = 1_000;

/**
 * Listens on a connection of its own to one channel of NOTIFY. A broken connection is opened again, with
 * backoff; since notifications may have been missed meanwhile, `resync` is called after every connect but the
 * first.
 */
export async function listen(options: {
  databaseUrl: string;
  log: Logger;
  channel: string;
  heard: (payload: string) => void;
  resync: () => void;
  /**
   * How often the connection is asked whether it is alive, and how long it may take to answer. Default 15 s.
   */
  aliveMs?: number;
}): Promise<AsyncDisposable> {
  const { databaseUrl, channel, log, heard, resync, aliveMs = 15_000 } = options;
  const stopped = new AbortController();

  /** Resolves to the connection's end. Rejects when it cannot be opened. */
  async function connect(): Promise<{ ended: Promise<void>; close: () => Promise<void> }> {
    const socket = new Socket();
    const client = new Client({
      connectionString: databaseUrl,
      application_name: "reelay-notifications",
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 5_000,
      stream: () => socket,
    });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    client.on("error", (error) => log.warn({ err: error }, "notifications.lost"));
    client.on("end", end);
    client.on("notification", ({ payload }) => {
      heard(payload ?? "");
    });
    // A peer that does not answer does not say goodbye either.
    const close = () =>
      Promise.race([client.end(), delay(GOODBYE_MS, undefined, { ref: false })])
        .catch(() => undefined)
        .finally(() => socket.destroy());
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await close();
      throw error;
    }
    watchLife(client, socket, ended, aliveMs);
    return { ended, close };
  }

  async function keepConnected(first: Awaited<ReturnType<typeof connect>>) {
    let connection: typeof first | undefined = first;
    let failures = 0;
    while (!stopped.signal.aborted) {
      if (connection !== undefined) {
        await Promise.race([connection.ended, aborted(stopped.signal)]);
        await connection.close();
        connection = undefined;
        continue;
      }
      const retryMs = Math.round(backoffMs(failures++, FIRST_RETRY_MS, LAST_RETRY_MS));
      await delay(retryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        connection = await connect();
        failures = 0;
        resync();
      } catch (error) {
        log.warn({ err: error, retryMs }, "notifications.unavailable");
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

/**
 * A connection that only listens never notices by itself that its peer is gone: notifications just stay away.
 * It is asked now and then, and broken off when it does not answer until it is asked again.
 */
function watchLife(client: Client, socket: Socket, ended: Promise<void>, aliveMs: number): void {
  let isAnswered = true;
  const timer = setInterval(() => {
    if (!isAnswered) {
      socket.destroy(new Error(`Postgres did not answer for ${aliveMs} ms; the connection is given up.`));
      return;
    }
    isAnswered = false;
    client.query("SELECT 1").then(
      () => (isAnswered = true),
      () => undefined,
    );
  }, aliveMs);
  timer.unref();
  void ended.finally(() => clearInterval(timer));
}
