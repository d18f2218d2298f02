import { expect, test } from "vitest";
import type { MigrationFile } from "./migration-files.ts";
import { type AppliedMigration, planMigrations } from "./plan-migrations.ts";

const file = (name: string, checksum = name): MigrationFile => ({ name, sql: "", checksum });
const row = (name: string, extra: Partial<AppliedMigration> = {}): AppliedMigration => ({
  name,
  checksum: name,
  finishedAt: new Date(0),
  rolledBackAt: null,
  ...extra,
});
const names = (files: readonly MigrationFile[]) => files.map(({ name }) => name);

test("an empty database gets every migration, in the order of their names", () => {
  expect(names(planMigrations([file("1_a"), file("2_b")], []))).toEqual(["1_a", "2_b"]);
});

test("what was applied is not applied again", () => {
  expect(names(planMigrations([file("1_a"), file("2_b")], [row("1_a")]))).toEqual(["2_b"]);
});

test("a migration that was rolled back is applied again", () => {
  const rows = [row("1_a", { finishedAt: null, rolledBackAt: new Date(0) })];
  expect(names(planMigrations([file("1_a")], rows))).toEqual(["1_a"]);
});

test.each([
  ["DATABASE_NEWER", [row("1_a"), row("9_z")], /9_z, which this build does not know/],
  [
    "MIGRATION_CHANGED",
    [row("1_a", { checksum: "other" })],
    /1_a was changed after this database had applied it/,
  ],
  [
    "MIGRATION_UNFINISHED",
    [row("1_a", { finishedAt: null })],
    /1_a was begun by another tool and not finished/,
  ],
])("%s is told in a sentence that names the migration and the way out", (code, rows, message) => {
  expect(() => planMigrations([file("1_a")], rows)).toThrow(expect.objectContaining({ code }));
  expect(() => planMigrations([file("1_a")], rows)).toThrow(message);
});
