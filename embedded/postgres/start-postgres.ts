/** A real PostgreSQL server for machines that have none, on the programs that npm installed. */
import path from "node:path";
import { locatePostgresBinaries } from "./binaries.ts";
import { AlreadyClaimedError, type Claim, claimDirectory } from "./claim.ts";
import { makeFolder, makeParent, openCluster } from "./cluster.ts";
import { ensureDatabase } from "./database.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { type KeptServer, keepRunning } from "./keep-running.ts";
import { stopLeftover, stopServer } from "./postmaster.ts";
import { chooseRunAs } from "./run-as.ts";
import { type Exit, startServer } from "./server.ts";

export interface StartPostgresOptions {
  /** Where data, password and log lie; made when missing. One running server per folder. */
  directory: string;
  /** TCP port on 127.0.0.1; default: any free one. */
  port?: number | undefined;
  /** Name of the database that `url` names; made when missing. Default `reelay`. */
  database?: string | undefined;
  /** Whether commits survive a power cut. Default true; tests go without and are faster. */
  durable?: boolean | undefined;
  /** Start the server again when it dies, up to three times within a minute. Default false. */
  isKept?: boolean | undefined;
  /** Gives up starting. To stop a started server, dispose it. */
  signal?: AbortSignal | undefined;
  /** Receives `postgres.*` events; a pino logger fits. */
  log?: { info(fields: object, event: string): void; warn(fields: object, event: string): void } | undefined;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string with the password, for `pg` and Prisma. */
  readonly url: string;
  /** The process id of the running server. */
  readonly pid: number;
  readonly port: number;
  /** Settles when the server has ended, for any reason, and is not started again. */
  readonly exited: Promise<Exit>;
}

/**
 * Starts PostgreSQL on `directory` and waits until it accepts connections. A server that a killed run left there is
 * stopped first; a crash in the middle of anything is recovered from. Disposing shuts down fast, losing no commit.
 *
 * @throws {EmbeddedPostgresError} with a code and one sentence that says what to do.
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
    // Clients know the port.
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
