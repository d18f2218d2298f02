/**
 * `prisma/migrations/checksums.txt`: the migrations that must no longer change, in the format of `sha256sum`.
 */
import type { MigrationFile } from "../../prisma/migration-files.ts";

type Checksums = ReadonlyMap<string, string>;

interface ChecksumComparison {
  /** Why a recorded migration is not what it was, in a sentence. */
  changed: string | undefined;
  unrecorded: readonly MigrationFile[];
}

export const formatChecksums = (migrations: readonly MigrationFile[]): string =>
  migrations.map(({ name, checksum }) => `${checksum}  ${name}/migration.sql\n`).join("");

export function parseChecksums(text: string): Checksums {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(66, -"/migration.sql".length), line.slice(0, 64)]));
}

export function compareChecksums(
  migrations: readonly MigrationFile[],
  recorded: Checksums,
): ChecksumComparison {
  const current = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  const name = [...recorded.keys()].find((each) => current.get(each) !== recorded.get(each));
  const change = current.has(name ?? "") ? "was changed" : "is missing";
  return {
    changed:
      name &&
      `Migration ${name} ${change}, but databases may have applied it: restore it, and write a new migration instead. If no database has, delete its line in prisma/migrations/checksums.txt and record it again.`,
    unrecorded: migrations.filter((migration) => !recorded.has(migration.name)),
  };
}
