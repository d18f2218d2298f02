/**
 * `npm run api-key -- --workspace NAME [--name N] [--scopes READ,WRITE,ADMIN] [--operator]`: a key for an API that was set up by hand. Creates the workspace
 * when missing and prints the key, once. `--operator` adds the scope OPERATOR, for the people who run the installation. The database is DATABASE_URL, else the one of the system that runs on this data folder.
 */
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { startStep } from "@reelay/process";
import { applyMigrations } from "../prisma/apply-migrations.ts";
import { PrismaClient } from "../prisma/generated/client.ts";
import { ApiKeyScope } from "../prisma/generated/enums.ts";
import { createApiKey } from "../src/auth/api-keys.ts";
import { findDatabase } from "./find-database.ts";

const usage =
  "npm run api-key -- --workspace NAME [--name WHO-USES-IT] [--scopes READ,WRITE,ADMIN] [--operator]";

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workspace: { type: "string" },
      name: { type: "string", default: "npm run api-key" },
      scopes: { type: "string", default: "READ,WRITE,ADMIN" },
      operator: { type: "boolean", default: false },
    },
  });
  const workspace = values.workspace?.trim();
  if (!workspace)
    throw new Error(`--workspace is missing: name the workspace that the key is for.\n${usage}`);
  const scopes = [
    ...new Set([...parseScopes(values.scopes), ...(values.operator ? (["OPERATOR"] as const) : [])]),
  ];
  const url = await findDatabase();
  await startStep({ kind: "database", url }, () => applyMigrations({ url }));
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  try {
    const found = await db.workspace.findFirst({ where: { name: workspace }, orderBy: { createdAt: "asc" } });
    const { id } = found ?? (await db.workspace.create({ data: { name: workspace } }));
    const { token } = await createApiKey(db, { workspaceId: id, name: values.name, scopes });
    console.error(
      `Workspace "${workspace}"${found ? "" : " (new)"}, scopes ${scopes.join(", ")}. The key is shown this once:`,
    );
    console.log(token);
  } finally {
    await db.$disconnect();
  }
}

function parseScopes(text: string): ApiKeyScope[] {
  const known = Object.values(ApiKeyScope);
  return text.split(",").map((entry) => {
    const scope = known.find((name) => name === entry.trim().toUpperCase());
    if (scope === undefined) {
      throw new Error(`--scopes has "${entry}", which is none: give some of ${known.join(",")}.`);
    }
    return scope;
  });
}
