/** A database of the test's own. Stands in for the test kit's until that is here. */
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Client } from "pg";

const server = "postgres://reelay@127.0.0.1:54999/postgres";
const migrations = new URL("../../prisma/migrations/", import.meta.url);

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function createTestDatabase(): Promise<AsyncDisposable & { url: string }> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  const url = new URL(`/${name}`, server).href;
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  await withClient(url, async (client) => {
    for (const entry of (await readdir(migrations, { withFileTypes: true })).sort((a, b) =>
      a.name.localeCompare(b.name),
    )) {
      if (!entry.isDirectory()) continue;
      await client.query(await readFile(new URL(`${entry.name}/migration.sql`, migrations), "utf8"));
    }
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await withClient(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}
