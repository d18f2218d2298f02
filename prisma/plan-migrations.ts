/** What to do with a database, decided from what it says was applied and what this build has. */
import type { MigrationFile } from "./migration-files.ts";

/** A row of `_prisma_migrations`. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  finishedAt: Date | null;
  rolledBackAt: Date | null;
}

export type MigrationErrorCode =
  /** The database has migrations that this build does not know. */
  | "DATABASE_NEWER"
  /** A migration was changed after the database had applied it. */
  | "MIGRATION_CHANGED"
  /** Some other tool left a migration unfinished. */
  | "MIGRATION_UNFINISHED"
  /** A migration's script was refused by the database; nothing of it was applied. */
  | "MIGRATION_FAILED"
  /** The database holds tables of something else. */
  | "DATABASE_FOREIGN";

/** Why the database was not brought up to date, in one sentence that also says what to do. */
export class MigrationError extends Error {
  readonly code: MigrationErrorCode;
  constructor(code: MigrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MigrationError";
    this.code = code;
  }
}

/**
 * The migrations that are still to be applied, in order.
 *
 * @throws {MigrationError} when going on could lose data.
 */
export function planMigrations(
  files: readonly MigrationFile[],
  rows: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const current = rows.filter((row) => row.rolledBackAt === null);
  const known = new Map(files.map((file) => [file.name, file]));

  for (const row of current) {
    const file = known.get(row.name);
    if (file === undefined) {
      throw new MigrationError(
        "DATABASE_NEWER",
        `The database has migration ${row.name}, which this build does not know: it was used by a newer Reelay; run that or a later version, or use another database.`,
      );
    }
    if (row.finishedAt === null) {
      throw new MigrationError(
        "MIGRATION_UNFINISHED",
        `Migration ${row.name} was begun by another tool and not finished: compare the database with prisma/migrations/${row.name}/migration.sql, mend it, and run "prisma migrate resolve" for it.`,
      );
    }
    if (row.checksum !== file.checksum) {
      throw new MigrationError(
        "MIGRATION_CHANGED",
        `Migration ${row.name} was changed after this database had applied it: restore prisma/migrations/${row.name}/migration.sql and write a new migration, or start with an empty database.`,
      );
    }
  }
  const applied = new Set(current.map((row) => row.name));
  return files.filter((file) => !applied.has(file.name));
}
