import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { createTestDatabase as createDatabase, patientTransactions } from "../../../tests/kit/index.ts";

export interface TestDatabase extends AsyncDisposable {
  url: string;
  db: PrismaClient;
  /** Runs SQL on a connection of its own. */
  sql(text: string): Promise<void>;
}

/** A database of its own with a client on it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url, max: 5 }),
    transactionOptions: patientTransactions,
  });
  return {
    url: database.url,
    db,
    async sql(text) {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        await client.query(text);
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await db.$disconnect();
      await database[Symbol.asyncDispose]();
    },
  };
}
