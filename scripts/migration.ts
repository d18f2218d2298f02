/**
 * `npm run db:migration -- NAME` writes the migration from the schema as it was at the last one to `prisma/schema.prisma`
 * as it is. `--check` writes nothing and fails when a migration is missing.
 *
 * Each migration keeps the schema that it leads to beside its SQL, so that no database is needed to know it. What Prisma
 * cannot say (partial indexes, checks, triggers) is written into `migration.sql` by hand.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { diffSchemas } from "../prisma/diff.ts";
import { MIGRATIONS_DIRECTORY } from "../prisma/migration-files.ts";

const SNAPSHOT = "schema.prisma";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean" } },
});
const schema = await readFile(path.join(MIGRATIONS_DIRECTORY, "../schema.prisma"), "utf8");
const last = await lastMigration();
const sql = await diffSchemas(last?.schema, schema);

if (values.check === true) check();
else await write(positionals[0]);

function check(): void {
  if (sql === undefined) return;
  console.error(
    `prisma/schema.prisma has changes that no migration makes: run "npm run db:migration -- NAME". They are:\n\n${sql}`,
  );
  process.exitCode = 1;
}

async function write(name: string | undefined): Promise<void> {
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
    console.error(
      `A migration is named in lower case with hyphens, as in "npm run db:migration -- add-captions".`,
    );
    process.exitCode = 1;
    return;
  }
  const timestamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = path.join(MIGRATIONS_DIRECTORY, `${timestamp}_${name.replaceAll("-", "_")}`);
  await mkdir(folder);
  await writeFile(path.join(folder, SNAPSHOT), schema);
  await writeFile(
    path.join(folder, "migration.sql"),
    sql ?? "-- prisma/schema.prisma has not changed: write the SQL here.\n",
  );
  console.log(
    `Wrote ${path.relative(process.cwd(), folder)}/migration.sql: read it, and add what Prisma cannot say.`,
  );
}

async function lastMigration(): Promise<{ schema: string } | undefined> {
  const names = (await readdir(MIGRATIONS_DIRECTORY, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const name = names.sort().at(-1);
  if (name === undefined) return undefined;
  const file = path.join(MIGRATIONS_DIRECTORY, name, SNAPSHOT);
  return { schema: await readFile(file, "utf8") };
}
