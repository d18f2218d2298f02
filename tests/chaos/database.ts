import { PrismaPg } from "@prisma/adapter-pg";
import { Client } from "pg";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { createApiKey } from "../../src/auth/api-keys.ts";

/** Opens a separate connection for `use`: the server is killed too often to keep one. */
export async function withDatabase<T>(url: string, use: (db: Client) => Promise<T>): Promise<T> {
  const db = new Client({ connectionString: url, application_name: "chaos", connectionTimeoutMillis: 5_000 });
  db.on("error", () => {});
  await db.connect();
  try {
    return await use(db);
  } finally {
    await db.end();
  }
}

export interface Tenant {
  workspaceId: string;
  token: string;
}

/** Workspaces with a key each. */
export async function createTenants(url: string, count: number): Promise<Tenant[]> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) });
  try {
    const tenants: Tenant[] = [];
    for (let number = 1; number <= count; number += 1) {
      const name = `chaos-${number}`;
      const { id: workspaceId } = await db.workspace.create({ data: { name } });
      const { token } = await createApiKey(db, { workspaceId, name, scopes: ["ADMIN", "OPERATOR"] });
      tenants.push({ workspaceId, token });
    }
    return tenants;
  } finally {
    await db.$disconnect();
  }
}
