import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EmbeddedPostgres, startPostgres } from "../../../embedded/postgres/index.ts";
import { killAllIn, processesIn, signalProcess } from "./belonging.ts";
import type { Part } from "./part.ts";

export interface PostgresPart extends Part {
  port: number;
  /** Direct URL without proxies, for the checks. */
  url: string;
}

/**
 * PostgreSQL on a data folder of the run. After a kill it recovers from its log when restarted on the same
 * port.
 */
export async function startPostgresPart(folder: string): Promise<PostgresPart> {
  const directory = path.join(folder, "postgres");
  // A dying process loses nothing in the system's cache; fsync only protects against power cuts.
  const open = (port?: number) => startPostgres({ directory, port, database: "reelay", durable: false });
  let server: EmbeddedPostgres | undefined = await open();
  const { port, url } = server;

  /** Signals server and backends: all work in the data folder, each in its own session. */
  const signalAll = async (signal: NodeJS.Signals) => {
    for (const { pid } of await processesIn(directory)) signalProcess(pid, signal);
  };

  return {
    name: "postgres",
    port,
    url,
    async kill() {
      const killed = server;
      server = undefined;
      if (killed === undefined) return;
      signalProcess(killed.pid, "SIGKILL");
      await killAllIn(directory);
      await killed[Symbol.asyncDispose]();
    },
    async start() {
      for (let tries = 1; server === undefined; tries += 1) {
        server = await open(port).catch(async (error: unknown) => {
          if (tries === 5) throw error;
          await delay(500);
          return undefined;
        });
      }
    },
    async freeze() {
      // The server first, so that it starts no backend that would be missed.
      if (server !== undefined) signalProcess(server.pid, "SIGSTOP");
      await signalAll("SIGSTOP");
    },
    thaw: () => signalAll("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await signalAll("SIGCONT");
      await server?.[Symbol.asyncDispose]();
    },
  };
}
