/**
 * `npm run db:migration`: the next migration is the difference between `prisma/migrations/snapshot.prisma`,
 * the schema after the last one, and `prisma/schema.prisma`. Recorded migrations never change: databases have
 * applied them.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { migrationsDirectory, readMigrations } from "../prisma/migration-files.ts";
import { runCommand, UsageError } from "./command-line.ts";
import { compareChecksums, formatChecksums, parseChecksums } from "./migration/checksums.ts";
import { diffSchemas } from "./migration/diff.ts";
import { nextFolder } from "./migration/next-folder.ts";

const schemaFile = path.join(migrationsDirectory, "../schema.prisma");
const snapshot = path.join(migrationsDirectory, "snapshot.prisma");
const checksums = path.join(migrationsDirectory, "checksums.txt");

const migrations = await readMigrations(migrationsDirectory);
const schema = await readFile(schemaFile, "utf8");

await runCommand(
  {
    name: "npm run db:migration",
    summary:
      "Writes the migration NAME from the changes of prisma/schema.prisma. Add by hand what Prisma cannot express, then record it.",
    operands: "[NAME]",
    options: {
      check: {
        type: "boolean",
        help: "Writes nothing; fails when a migration is missing, unrecorded or changed.",
      },
      record: { type: "boolean", help: "Records the checksums of finished migrations." },
    },
    examples: [
      "npm run db:migration -- add-captions",
      "npm run db:migration -- --record",
      "npm run db:migration -- --check",
    ],
  },
  async ({ values, positionals }) => {
    const problem = await act(values, positionals[0]);
    if (problem !== undefined) throw new Error(problem);
  },
);

/** Returns why it could not act, in a sentence. */
async function act(
  values: { check?: boolean; record?: boolean },
  name: string | undefined,
): Promise<string | undefined> {
  if (values.record === true) return record();
  const sql = await diffSchemas(await readFile(snapshot, "utf8"), schema);
  return values.check === true ? check(sql) : write(sql, name);
}

async function check(sql: string | undefined): Promise<string | undefined> {
  if (sql !== undefined)
    return `prisma/schema.prisma has changes without a migration: run "npm run db:migration -- NAME". They are:\n\n${sql}`;
  const { changed, unrecorded } = compareChecksums(migrations, await readRecorded());
  if (changed !== undefined) return changed;
  if (unrecorded.length === 0) return undefined;
  return `Not recorded: ${unrecorded.map(({ name }) => name).join(", ")}. When finished, run "npm run db:migration -- --record".`;
}

async function record(): Promise<string | undefined> {
  const { changed } = compareChecksums(migrations, await readRecorded());
  if (changed !== undefined) return changed;
  await writeFile(checksums, formatChecksums(migrations));
  return undefined;
}

async function write(sql: string | undefined, name: string | undefined): Promise<undefined> {
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name))
    throw new UsageError(
      `Name the migration in lower case with hyphens, as in "npm run db:migration -- add-captions".`,
    );
  const folder = path.join(migrationsDirectory, nextFolder(migrations, name));
  await mkdir(folder);
  await writeFile(snapshot, schema);
  await writeFile(
    path.join(folder, "migration.sql"),
    sql ?? "-- prisma/schema.prisma has not changed: write the SQL here.\n",
  );
  console.log(
    `Wrote ${path.relative(process.cwd(), folder)}/migration.sql. Review it, add what Prisma cannot express, then run "npm run db:migration -- --record".`,
  );
  return undefined;
}

async function readRecorded(): Promise<ReadonlyMap<string, string>> {
  return parseChecksums(await readFile(checksums, "utf8"));
}
