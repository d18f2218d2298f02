/** Brings a database up to date with this build. */
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseError, Pool } from "pg";
import {
  MIGRATIONS_DIRECTORY,
  type MigrationFile,
  readMigrations,
  toMigrationList,
} from "./migration-files.ts";
import { createMigrationAdapters } from "./one-connection.ts";
import { type AppliedMigration, MigrationError, planMigrations } from "./plan-migrations.ts";
import { openSchemaEngine } from "./schema-engine.ts";

export interface ApplyMigrationsOptions {
  /** The database, as a connection string. */
  url: string;
  /** Where the migrations lie; default: those of this build. */
  directory?: string;
  /** Gives up waiting for another process that is applying them. */
  signal?: AbortSignal;
}

/** Any number that no other program on this database uses for its own advisory lock: "reelay" as ASCII. */
const LOCK_KEY = 0x7265656c6179;
const LOCK_POLL_MS = 100;

/**
 * Applies what the database lacks, with Prisma's own engine, and says which migrations that were. Any number of processes
 * may call it at once; a database that is up to date costs two queries.
 *
 * Each migration is one transaction together with its row in `_prisma_migrations`: a failure, a lost connection or a kill
 * leaves the database as it was before that migration, and the next call goes on from there.
 *
 * @throws {MigrationError} with a code and one sentence that says what to do.
 */
export async function applyMigrations({
  url,
  directory = MIGRATIONS_DIRECTORY,
  signal,
}: ApplyMigrationsOptions): Promise<{ applied: string[] }> {
  const files = await readMigrations(directory);
  const pool = createOneConnectionPool(url);
  try {
    await takeLock(pool, signal);
    const pending = planMigrations(files, await readApplied(pool));
    for (const migration of pending) {
      signal?.throwIfAborted();
      await applyOne(pool, directory, files.slice(0, files.indexOf(migration) + 1));
    }
    return { applied: pending.map((migration) => migration.name) };
  } finally {
    // Ends the session, and with it the lock.
    await pool.end();
  }
}

/** A pool that never replaces its one connection: lock and transactions live and die with it. */
function createOneConnectionPool(connectionString: string): Pool {
  const pool = new Pool({
    connectionString,
    max: 1,
    idleTimeoutMillis: 0,
    application_name: "reelay-migrations",
  });
  let connections = 0;
  pool.on("connect", (client) => {
    connections += 1;
    if (connections > 1) void client.end();
  });
  // The query that meets a lost connection fails on its own; without a listener the event would end the process.
  pool.on("error", () => {});
  return pool;
}

/**
 * Waits for the exclusive right to migrate this database.
 *
 * Polls: a session that sleeps in `pg_advisory_lock` counts as a running statement, and `CREATE INDEX CONCURRENTLY` in
 * the migration that it waits for would wait for it in turn.
 */
async function takeLock(pool: Pool, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [
      LOCK_KEY,
    ]);
    if (rows[0]?.taken === true) return;
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

async function readApplied(pool: Pool): Promise<AppliedMigration[]> {
  const table = await pool.query<{ found: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found",
  );
  if (table.rows[0]?.found !== true) return [];
  const { rows } = await pool.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at AS "finishedAt", rolled_back_at AS "rolledBackAt"
     FROM _prisma_migrations ORDER BY migration_name`,
  );
  return rows;
}

/** Applies the last of `migrations`; those before it are there already. */
async function applyOne(pool: Pool, directory: string, migrations: readonly MigrationFile[]): Promise<void> {
  const name = migrations.at(-1)?.name;
  let scriptError: unknown;
  await using adapters = createMigrationAdapters(pool, async (run) => {
    try {
      await run();
    } catch (error) {
      scriptError = error;
      throw error;
    }
  });
  await pool.query("BEGIN");
  try {
    using engine = await openSchemaEngine(adapters);
    await engine.applyMigrations({
      migrationsList: toMigrationList(directory, migrations),
      filters: { externalTables: [], externalEnums: [] },
    });
    await pool.query("COMMIT");
  } catch (error) {
    await pool.query("ROLLBACK").catch(() => {});
    throw explain(error, scriptError, name);
  }
}

/** After a failed script the engine only says that the transaction is aborted: the script's own error is the cause. */
function explain(engineError: unknown, scriptError: unknown, migration: string | undefined): unknown {
  if ((engineError as { code?: string }).code === "P3005") {
    return new MigrationError(
      "DATABASE_FOREIGN",
      "The database already holds tables that Reelay did not make: give it an empty database of its own.",
      { cause: engineError },
    );
  }
  if (!(scriptError instanceof Error)) return engineError;
  const aboutData = scriptError instanceof DatabaseError && /^2[23]/.test(scriptError.code ?? "");
  const remedy = aboutData
    ? "Mend the data that it names, or go back to the version before, and start again."
    : "Start again when the cause is gone.";
  return new MigrationError(
    "MIGRATION_FAILED",
    `Migration ${migration} failed and nothing of it was applied: ${scriptError.message}. ${remedy}`,
    { cause: scriptError },
  );
}
