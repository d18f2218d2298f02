/** Applies the migrations to a database. */

export { applyMigrations } from "./apply-migrations.ts";
