/** Brings a database up to date with this build. */
import { setTimeout as delay } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { type MigrationFile, migrationsDirectory, readMigrations } from "./migration-files.ts";
import { type AppliedMigration, MigrationError, planMigrations } from "./plan-migrations.ts";

export interface ApplyMigrationsOptions {
  /** The database, as a connection string. */
  url: string;
  /** The folder of migrations. Default: this build's. */
  directory?: string;
  /** Ends the wait for another process that is applying them. */
  signal?: AbortSignal;
}

/** "reelay" as ASCII: any number that no other program on this database uses for its own advisory lock. */
const LOCK_KEY = 0x7265656c6179;
const LOCK_POLL_MS = 100;

/**
 * Applies the migrations that the database lacks and returns their names. Any number of processes may call it
 * at once; a database that is up to date costs three queries.
 *
 * Each migration is one transaction together with its row in `applied_migrations`: a failure, a lost
 * connection or a kill leaves the database as it was before that migration, and the next call continues
 * there.
 *
 * @throws {MigrationError} with a code and one sentence that says what to do.
 */
export async function applyMigrations({
  url,
  directory = migrationsDirectory,
  signal,
}: ApplyMigrationsOptions): Promise<{ applied: string[] }> {
  const files = await readMigrations(directory);
  const client = new Client({ connectionString: url, application_name: "reelay-migrations" });
  // A lost connection fails the query that uses it; without a listener the event would also end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await takeLock(client, signal);
    const pending = planMigrations(files, await readApplied(client));
    for (const migration of pending) {
      signal?.throwIfAborted();
      await applyOne(client, migration);
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

/**
 * Waits for the exclusive right to migrate this database.
 *
 * It polls: a session that sleeps in `pg_advisory_lock` counts as a running statement, and
 * `CREATE INDEX CONCURRENTLY` in the other process's migration would wait for it in turn.
 */
async function takeLock(client: Client, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [
      LOCK_KEY,
    ]);
    if (rows[0]?.taken === true) return;
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

async function readApplied(client: Client): Promise<AppliedMigration[]> {
  const tables = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
  );
  if (tables.rows.some(({ name }) => name === "applied_migrations")) {
    const select = `SELECT "name", "checksum" FROM "applied_migrations" ORDER BY "name"`;
    return (await client.query<AppliedMigration>(select)).rows;
  }
  if (tables.rows.length === 0) return [];
  throw new MigrationError(
    "DATABASE_FOREIGN",
    "The database already holds tables that Reelay did not create. Give Reelay an empty database of its own.",
  );
}

async function applyOne(client: Client, { name, sql, checksum }: MigrationFile): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(
      `CREATE TABLE IF NOT EXISTS "applied_migrations" (
         "name" text PRIMARY KEY, "checksum" text NOT NULL, "applied_at" timestamptz NOT NULL DEFAULT now())`,
    );
    // Without parameters the server accepts a whole script, and splits it by its own grammar.
    await client.query(sql);
    await client.query(`INSERT INTO "applied_migrations" ("name", "checksum") VALUES ($1, $2)`, [
      name,
      checksum,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw explain(error, name);
  }
}

function explain(cause: unknown, migration: string): unknown {
  if (!(cause instanceof Error)) return cause;
  const isAboutData = cause instanceof DatabaseError && /^2[23]/.test(cause.code ?? "");
  const remedy = isAboutData
    ? "Correct the data that it names, or return to the previous version, then start again."
    : "Start again when the cause is gone.";
  return new MigrationError(
    "MIGRATION_FAILED",
    `Migration ${migration} failed and was rolled back: ${cause.message}. ${remedy}`,
    { cause },
  );
}
