/** `npm run quota`: sets what a workspace may use. */
import { PrismaPg } from "@prisma/adapter-pg";
import { startStep } from "@reelay/process";
import { PrismaClient } from "../prisma/generated/client.ts";
import { runCommand, UsageError } from "./command-line.ts";
import { findDatabase } from "./find-database.ts";

/** Larger than any real number of jobs, within Postgres' integer. */
const ANY_NUMBER = 2_147_483_647;

await runCommand(
  {
    name: "npm run quota",
    summary:
      "Sets what a workspace may use, and prints the result. LIMIT is a whole number, none, or default: the installation's own limit (QUOTA_…).",
    options: {
      workspace: { type: "string", value: "NAME", help: "Workspace to change." },
      "active-jobs": { type: "string", value: "LIMIT", help: "Jobs that wait or run." },
      "running-tasks": { type: "string", value: "LIMIT", help: "Tasks that run at the same time." },
      "stored-bytes": { type: "string", value: "LIMIT", help: "Bytes in the store." },
      "source-minutes-per-day": { type: "string", value: "LIMIT", help: "Minutes of new sources per day." },
      "requests-per-second": { type: "string", value: "LIMIT", help: "Requests to the API per second." },
    },
    examples: [
      "npm run quota -- --workspace acme --running-tasks 4",
      "npm run quota -- --workspace acme --stored-bytes none --active-jobs default",
    ],
  },
  ({ values }) => setQuota(values),
);

async function setQuota(values: Partial<Record<string, string>>): Promise<void> {
  const name = values["workspace"]?.trim();
  if (!name) throw new UsageError("--workspace is missing: name the workspace.");
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
  most = ANY_NUMBER,
): Record<string, number | null> {
  if (text === undefined) return {};
  if (text === "default") return { [field]: null };
  if (text === "none") return { [field]: most };
  if (/^\d{1,16}$/.test(text) && Number(text) <= most) return { [field]: Number(text) };
  throw new UsageError(`${option} is "${text}": give a whole number, none, or default.`);
}

const toText = (limit: number | null): string =>
  limit === null
    ? "default"
    : limit === ANY_NUMBER || limit === Number.MAX_SAFE_INTEGER
      ? "none"
      : String(limit);
