import { expect, test } from "vitest";
import type { MigrationFile } from "../../prisma/migration-files.ts";
import { compareChecksums, formatChecksums, parseChecksums } from "./checksums.ts";
import { nextFolder } from "./next-folder.ts";

const file = (name: string, digit = "a"): MigrationFile => ({ name, sql: "", checksum: digit.repeat(64) });
const recorded = parseChecksums(formatChecksums([file("0001_a")]));

test("an unchanged recorded migration is accepted, and a new one is reported as unrecorded", () => {
  const next = file("0002_b");
  expect(compareChecksums([file("0001_a"), next], recorded)).toEqual({
    changed: undefined,
    unrecorded: [next],
  });
});

test.each([
  ["was changed", [file("0001_a", "b")]],
  ["is missing", []],
])("a recorded migration that %s is reported with the remedy", (change, migrations) => {
  expect(compareChecksums(migrations, recorded).changed).toBe(
    `Migration 0001_a ${change}, but databases may have applied it: restore it, and write a new migration instead. If no database has, delete its line in prisma/migrations/checksums.txt and record it again.`,
  );
});

test("migrations are numbered in sequence", () => {
  expect(nextFolder([file("0001_a"), file("0009_b")], "add-captions")).toBe("0010_add_captions");
});
