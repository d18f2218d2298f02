import path from "node:path";
import { readRunFile } from "../embedded/run-file.ts";
import { layoutOf } from "../embedded/settings.ts";

/**
 * Address of the database: DATABASE_URL, else that of the system that runs on this data folder. Throws when
 * there is neither.
 */
export async function findDatabase(): Promise<string> {
  const given = process.env["DATABASE_URL"];
  if (given) return given;
  const dataDirectory = path.resolve(process.env["REELAY_DATA_DIR"] || ".reelay");
  const run = await readRunFile(layoutOf(dataDirectory).runFile);
  if (run === null) {
    throw new Error(
      `No database: DATABASE_URL is not set, and no system runs on ${dataDirectory}. Set it, or npm start.`,
    );
  }
  return run.database;
}
