import { expect, test } from "vitest";
import type { MigrationFile } from "./migration-files.ts";
import { type AppliedMigration, planMigrations } from "./plan-migrations.ts";

const file = (name: string, checksum = name): MigrationFile => ({ name, sql: "", checksum });
const row = (name: string, checksum = name): AppliedMigration => ({ name, checksum });
const names = (files: readonly MigrationFile[]) => files.map(({ name }) => name);

test("an empty database gets every migration, in the order of their names", () => {
  expect(names(planMigrations([file("1_a"), file("2_b")], []))).toEqual(["1_a", "2_b"]);
});

test("an applied migration is not applied again", () => {
  expect(names(planMigrations([file("1_a"), file("2_b")], [row("1_a")]))).toEqual(["2_b"]);
});

test.each([
  ["DATABASE_NEWER", [row("1_a"), row("9_z")], /9_z, which this build does not know/],
  ["MIGRATION_CHANGED", [row("1_a", "other")], /1_a was changed after this database applied it/],
  ["MIGRATION_OUT_OF_ORDER", [row("2_b")], /1_a precedes migrations that this database has already applied/],
])("%s is reported with the migration's name and the remedy", (code, rows, message) => {
  const files = [file("1_a"), file("2_b")];
  expect(() => planMigrations(files, rows)).toThrow(expect.objectContaining({ code }));
  expect(() => planMigrations(files, rows)).toThrow(message);
});
