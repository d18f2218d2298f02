/** `run.json` in the data folder, through which scripts and additional workers find the running system. */
import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { isRunning } from "./postgres/index.ts";
import { writePrivateFile } from "./write-private-file.ts";

const RunFile = z.object({
  /** URL of the GraphQL API. */
  graphql: z.url(),
  apiKey: z.string(),
  /** `host:port` of the broker for PUBSUB_EMULATOR_HOST; empty with Google Pub/Sub. */
  pubsub: z.string(),
  /** Connection string of the database. */
  database: z.string(),
  /** The process of the system. */
  pid: z.int(),
});

export type RunFile = z.infer<typeof RunFile>;

/**
 * Written when every part answers. Only its owner can read it, because it contains the API key and the
 * database password.
 */
export async function writeRunFile(file: string, content: RunFile): Promise<AsyncDisposable> {
  await writePrivateFile(file, `${JSON.stringify(content, null, 2)}\n`);
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

/** Removes the file of a killed run and returns true if there was one. Only for the folder's owner. */
export async function removeStaleRunFile(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The system running on this data folder, or null. A file whose process is gone counts as none. */
export async function readRunFile(file: string): Promise<RunFile | null> {
  try {
    const run = RunFile.parse(JSON.parse(await readFile(file, "utf8")));
    return (await isRunning(run.pid)) ? run : null;
  } catch {
    return null;
  }
}
