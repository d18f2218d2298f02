/** A real PostgreSQL server for machines that have none, on the programs that npm installed. */
import path from "node:path";
import { locatePostgresBinaries } from "./binaries.ts";
import { AlreadyClaimedError, type Claim, claimDirectory } from "./claim.ts";
import { makeFolder, makeParent, openCluster } from "./cluster.ts";
import { ensureDatabase } from "./database.ts";
import { EmbeddedPostgresError } from "./errors.ts";
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
  /** Gives up starting. To stop a started server, dispose it. */
  signal?: AbortSignal | undefined;
  /** Receives `postgres.*` events; a pino logger fits. */
  log?: { info(fields: object, event: string): void; warn(fields: object, event: string): void } | undefined;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string with the password, for `pg` and Prisma. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Settles when the server ends, for whatever reason. */
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

  const server = await startServer({
    binaries,
    runAs,
    cluster,
    directory,
    durable,
    port: options.port,
    signal,
  });
  started.defer(() => stopServer(server.pid, cluster.folder));
  const base = `postgresql://postgres:${encodeURIComponent(cluster.password)}@127.0.0.1:${server.port}`;
  const database = options.database ?? "reelay";
  await ensureDatabase(`${base}/postgres`, database);
  log?.info({ directory, port: server.port, pid: server.pid }, "postgres.started");

  const held = started.move();
  return {
    url: `${base}/${database}`,
    pid: server.pid,
    port: server.port,
    exited: server.exited,
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
