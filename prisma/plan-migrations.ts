/** Decides which migrations a database needs, from those it has and those of this build. */
import type { MigrationFile } from "./migration-files.ts";

/** A row of `applied_migrations`. */
export interface AppliedMigration {
  name: string;
  checksum: string;
}

export type MigrationErrorCode =
  /** The database has migrations that this build does not know. */
  | "DATABASE_NEWER"
  /** A migration was changed after the database had applied it. */
  | "MIGRATION_CHANGED"
  /** The database has applied a migration, but lacks one that precedes it. */
  | "MIGRATION_OUT_OF_ORDER"
  /** The database rejected a migration's script; none of it was applied. */
  | "MIGRATION_FAILED"
  /** The database holds another program's tables. */
  | "DATABASE_FOREIGN";

/** The reason why the database was not brought up to date: one sentence that also says what to do. */
export class MigrationError extends Error {
  readonly code: MigrationErrorCode;
  constructor(code: MigrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MigrationError";
    this.code = code;
  }
}

/**
 * The migrations to apply, in order.
 *
 * @throws {MigrationError} when applying them could lose data.
 */
export function planMigrations(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { name, checksum } of applied) {
    const file = known.get(name);
    if (file === undefined) {
      throw new MigrationError(
        "DATABASE_NEWER",
        `The database has migration ${name}, which this build does not know. A newer Reelay has used it: run that version or a later one, or use another database.`,
      );
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        "MIGRATION_CHANGED",
        `Migration ${name} was changed after this database applied it. Restore prisma/migrations/${name}/migration.sql and write a new migration, or start with an empty database.`,
      );
    }
  }
  const names = new Set(applied.map(({ name }) => name));
  const pending = files.filter(({ name }) => !names.has(name));
  const skipped = pending.find(({ name }) => applied.some((later) => later.name > name));
  if (skipped === undefined) return pending;
  throw new MigrationError(
    "MIGRATION_OUT_OF_ORDER",
    `Migration ${skipped.name} precedes migrations that this database has already applied. Give it the next free number, or start with an empty database.`,
  );
}
