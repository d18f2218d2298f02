/** `run.json` in the data folder: how scripts and further workers find the system that runs there. */
import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { isRunning } from "./postgres/processes.ts";
import { writePrivateFile } from "./write-private-file.ts";

const RunFile = z.object({
  /** Address of the GraphQL API. */
  graphql: z.url(),
  apiKey: z.string(),
  /** `host:port` of the broker, as PUBSUB_EMULATOR_HOST wants it; empty when Google Pub/Sub itself is used. */
  pubsub: z.string(),
  /** Connection string of the database. */
  database: z.string(),
  /** Process that runs all this. */
  pid: z.int(),
});

export type RunFile = z.infer<typeof RunFile>;

/** Written when everything answers; readable by its owner only, because it holds the API key and the database's password. */
export async function writeRunFile(file: string, content: RunFile): Promise<AsyncDisposable> {
  await writePrivateFile(file, `${JSON.stringify(content, null, 2)}\n`);
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

/** Takes away what a killed run left, and says whether there was such a thing. Only for the folder's owner. */
export async function removeStaleRunFile(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The system that runs on this data folder, or null: a file whose process is gone counts as none. */
export async function readRunFile(file: string): Promise<RunFile | null> {
  try {
    const run = RunFile.parse(JSON.parse(await readFile(file, "utf8")));
    return (await isRunning(run.pid)) ? run : null;
  } catch {
    return null;
  }
}
