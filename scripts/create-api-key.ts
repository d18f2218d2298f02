/**
 * The first key of a fleet: `node dist/create-api-key.js NAME [SCOPE…]` (in the tree: `scripts/create-api-key.ts`) writes it to
 * standard output, once. Needs DATABASE_URL. Further keys are made with the `createApiKey` mutation.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import { applyMigrations } from "../prisma/apply-migrations.ts";
import { PrismaClient } from "../prisma/generated/client.ts";
import { ApiKeyScope } from "../prisma/generated/enums.ts";
import { createApiKey } from "../src/auth/api-keys.ts";

const WORKSPACE = "default";

async function main(name: string | undefined, given: string[]): Promise<void> {
  const url = process.env["DATABASE_URL"];
  const known = Object.values(ApiKeyScope);
  const scopes = known.filter((scope) => given.includes(scope));
  if (!url || !name || scopes.length !== new Set(given).size) {
    throw new Error(
      `Usage: DATABASE_URL=postgres://… node create-api-key.js NAME [${known.join("|")} …], as in "create-api-key.js cms READ WRITE". ` +
        "Without scopes the key has all of them.",
    );
  }
  await applyMigrations({ url });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  try {
    const workspace =
      (await db.workspace.findFirst({ where: { name: WORKSPACE }, orderBy: { createdAt: "asc" } })) ??
      (await db.workspace.create({ data: { name: WORKSPACE } }));
    const { token } = await createApiKey(db, {
      workspaceId: workspace.id,
      name,
      scopes: scopes.length > 0 ? scopes : known,
    });
    console.log(token);
  } finally {
    await db.$disconnect();
  }
}

const [name, ...scopes] = process.argv.slice(2);
await main(name, scopes).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
