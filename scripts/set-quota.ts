/**
 * `npm run quota -- --workspace NAME [--active-jobs N] [--running-tasks N] [--stored-bytes N] [--source-minutes-per-day N] [--requests-per-second N]`: what
 * a workspace may have, and prints what that is then. Instead of a number: `default`, the installation's (QUOTA_…), or `none`, any number.
 */
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { startStep } from "@reelay/process";
import { PrismaClient } from "../prisma/generated/client.ts";
import { findDatabase } from "./find-database.ts";

const usage =
  "npm run quota -- --workspace NAME [--active-jobs N|none|default] [--running-tasks …] [--stored-bytes …] [--source-minutes-per-day …] [--requests-per-second …]";
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
      "stored-bytes": { type: "string" },
      "source-minutes-per-day": { type: "string" },
      "requests-per-second": { type: "string" },
    },
  });
  const name = values.workspace?.trim();
  if (!name) throw new Error(`--workspace is missing: name the workspace.\n${usage}`);
  const bytes = given("maxStoredBytes", "--stored-bytes", values["stored-bytes"], Number.MAX_SAFE_INTEGER);
  const data = {
    ...given("maxActiveJobs", "--active-jobs", values["active-jobs"]),
    ...given("maxRunningTasks", "--running-tasks", values["running-tasks"]),
    ...bytes,
    ...given("maxSourceMinutesPerDay", "--source-minutes-per-day", values["source-minutes-per-day"]),
    ...given("maxRequestsPerSecond", "--requests-per-second", values["requests-per-second"]),
  };
  const url = await findDatabase();
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  try {
    const found = await startStep({ kind: "database", url }, () =>
      db.workspace.findMany({ where: { name } }),
    );
    const [workspace] = found;
    if (!workspace || found.length > 1) {
      throw new Error(`${found.length} workspaces are called "${name}"; name exactly one.`);
    }
    const set = await db.workspace.update({ where: { id: workspace.id }, data });
    const stored = set.maxStoredBytes === null ? null : Number(set.maxStoredBytes);
    console.log(
      [
        `active jobs: ${toText(set.maxActiveJobs)}`,
        `running tasks: ${toText(set.maxRunningTasks)}`,
        `stored bytes: ${toText(stored)}`,
        `source minutes per day: ${toText(set.maxSourceMinutesPerDay)}`,
        `requests per second: ${toText(set.maxRequestsPerSecond)}`,
      ].join(", "),
    );
  } finally {
    await db.$disconnect();
  }
}

function given(
  field: string,
  option: string,
  text: string | undefined,
  most = anyNumber,
): Record<string, number | null> {
  if (text === undefined) return {};
  if (text === "default") return { [field]: null };
  if (text === "none") return { [field]: most };
  if (/^\d{1,16}$/.test(text) && Number(text) <= most) return { [field]: Number(text) };
  throw new Error(`${option} is "${text}": give a whole number, none, or default.\n${usage}`);
}

const toText = (limit: number | null): string =>
  limit === null
    ? "default"
    : limit === anyNumber || limit === Number.MAX_SAFE_INTEGER
      ? "none"
      : String(limit);
