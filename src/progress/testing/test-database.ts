import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { PrismaClient } from "../../../prisma/generated/client.ts";

const server = "postgres://reelay@127.0.0.1:54999/postgres";
const migrations = new URL("../../../prisma/migrations/", import.meta.url);

export interface TestDatabase extends AsyncDisposable {
  url: string;
  db: PrismaClient;
  /** Runs SQL on a connection of its own. */
  sql(text: string): Promise<void>;
}

/** A database of its own with all migrations applied, dropped at the end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `live_${randomUUID().replaceAll("-", "")}`;
  await run(server, `CREATE DATABASE ${name}`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  const url = address.href;
  const folders = (await readdir(migrations, { withFileTypes: true })).filter((each) => each.isDirectory());
  for (const folder of folders.map((each) => each.name).sort()) {
    await run(url, await readFile(new URL(`${folder}/migration.sql`, migrations), "utf8"));
  }
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 5 }) });
  return {
    url,
    db,
    sql: (text) => run(url, text),
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await run(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function run(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
