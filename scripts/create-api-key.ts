/** `npm run api-key`: creates an API key, for an API that was set up by hand. */
import { PrismaPg } from "@prisma/adapter-pg";
import { startStep } from "@reelay/process";
import { applyMigrations } from "../prisma/apply-migrations.ts";
import { PrismaClient } from "../prisma/generated/client.ts";
import { ApiKeyScope } from "../prisma/generated/enums.ts";
import { createApiKey } from "../src/auth/api-keys.ts";
import { runCommand, UsageError } from "./command-line.ts";
import { findDatabase } from "./find-database.ts";

interface Wanted {
  workspace?: string;
  name: string;
  scopes: string;
  operator: boolean;
}

await runCommand(
  {
    name: "npm run api-key",
    summary:
      "Creates an API key and prints it once. Creates the workspace if it does not exist. The database is DATABASE_URL, else that of the system that runs on REELAY_DATA_DIR.",
    options: {
      workspace: { type: "string", value: "NAME", help: "Workspace that the key is for." },
      name: {
        type: "string",
        value: "NAME",
        default: "npm run api-key",
        help: "Who uses the key; shown in the list of keys.",
      },
      scopes: {
        type: "string",
        value: "SCOPES",
        default: "READ,WRITE,ADMIN",
        help: "Scopes, comma-separated. Default: READ,WRITE,ADMIN.",
      },
      operator: {
        type: "boolean",
        default: false,
        help: "Adds the scope OPERATOR, for the people who run the installation.",
      },
    },
    examples: [
      "npm run api-key -- --workspace acme",
      "npm run api-key -- --workspace acme --name website --scopes READ",
    ],
  },
  ({ values }) => createKey(values),
);

async function createKey(values: Wanted): Promise<void> {
  const workspace = values.workspace?.trim();
  if (!workspace) throw new UsageError("--workspace is missing: name the workspace that the key is for.");
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
      throw new UsageError(`--scopes has "${entry}", which is none: give some of ${known.join(",")}.`);
    }
    return scope;
  });
}
