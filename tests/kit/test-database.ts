import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { eventually } from "./eventually.ts";
import { TEMPLATE_DATABASE } from "./global-setup.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * A database of the test's own: every migration applied, no rows; `empty` gives one without tables.
 *
 * Disposing drops it, and fails when a connection to it is still open after `patienceMs`: a test closes the
 * pools that it opens.
 */
export async function createTestDatabase({
  empty = false,
  patienceMs = 30_000,
}: {
  empty?: boolean;
  patienceMs?: number;
} = {}): Promise<TestDatabase> {
  const server = await askForPostgres();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await query(
    server,
    `CREATE DATABASE ${name} STRATEGY FILE_COPY TEMPLATE ${empty ? "template0" : TEMPLATE_DATABASE}`,
  );
  return {
    url: new URL(`/${name}`, server).href,
    async [Symbol.asyncDispose]() {
      try {
        await eventually(
          () => expectNoConnections(server, name),
          "connections to the test's database are closed",
          { timeoutMs: patienceMs },
        );
      } finally {
        await query(server, `DROP DATABASE ${name} WITH (FORCE)`);
      }
    },
  };
}

async function askForPostgres(): Promise<string> {
  const response = await fetch(inject("testPostgresAsk"));
  const text = await response.text();
  if (!response.ok) throw new Error(`The Postgres of this test run did not start: ${text}`);
  return text;
}

/** A client's end is seen by the server a moment later, so this is asked until it holds. */
async function expectNoConnections(server: string, database: string): Promise<void> {
  const open = await query<{ application_name: string; query: string }>(
    server,
    "SELECT application_name, query FROM pg_stat_activity WHERE datname = $1",
    [database],
  );
  if (open.length === 0) return;
  const queries = open.map((row) => `${row.application_name || "unnamed"}: ${row.query}`).join("; ");
  throw new Error(`${open.length} connection(s) leaked; their last queries: ${queries}`);
}

async function query<Row extends object>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
