/**
 * `npm run quota -- --workspace NAME [--active-jobs N|none|default] [--running-tasks N|none|default]`: what a workspace may have at once, and
 * prints what it is then. `default` is the installation's (QUOTA_ACTIVE_JOBS, QUOTA_RUNNING_TASKS); `none` is any number.
 */
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../prisma/generated/client.ts";
import { findDatabase } from "./find-database.ts";

const usage =
  "npm run quota -- --workspace NAME [--active-jobs N|none|default] [--running-tasks N|none|default]";
/** Larger than any real number of jobs, within Postgres' integer. */
const anyNumber = 2_147_483_647;

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
      "active-jobs": { type: "string" },
      "running-tasks": { type: "string" },
    },
  });
  const name = values.workspace?.trim();
  if (!name) throw new Error(`--workspace is missing: name the workspace.\n${usage}`);
  const data = {
    ...given("maxActiveJobs", "--active-jobs", values["active-jobs"]),
    ...given("maxRunningTasks", "--running-tasks", values["running-tasks"]),
  };
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: await findDatabase() }) });
  try {
    const found = await db.workspace.findMany({ where: { name } });
    const [workspace] = found;
    if (!workspace || found.length > 1) {
      throw new Error(`${found.length} workspaces are called "${name}"; name exactly one.`);
    }
    const { maxActiveJobs, maxRunningTasks } = await db.workspace.update({
      where: { id: workspace.id },
      data,
    });
    console.log(`active jobs: ${toText(maxActiveJobs)}, running tasks: ${toText(maxRunningTasks)}`);
  } finally {
    await db.$disconnect();
  }
}

function given(field: string, option: string, text: string | undefined): Record<string, number | null> {
  if (text === undefined) return {};
  if (text === "default") return { [field]: null };
  if (text === "none") return { [field]: anyNumber };
  if (/^\d{1,9}$/.test(text)) return { [field]: Number(text) };
  throw new Error(`${option} is "${text}": give a whole number, none, or default.\n${usage}`);
}

const toText = (limit: number | null): string =>
  limit === null ? "default" : limit === anyNumber ? "none" : String(limit);
