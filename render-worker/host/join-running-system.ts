import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "@reelay/process";
import { z } from "zod";
import { isAlive } from "./work-directory/process-identity.ts";

/** What `npm start` leaves in its data folder while it runs, as far as a worker needs it. */
const RunFile = z.object({ graphql: z.url(), pubsub: z.string(), pid: z.int() });

/** Any of these means that the worker was told where to work. */
const destinations = ["PUBSUB_PROJECT_ID", "PUBSUB_EMULATOR_HOST", "STORE", "STORE_DIRECTORY", "GCS_BUCKET"];

/**
 * A worker that was told nothing joins the system that runs on this machine: broker, store and addresses come from the data folder's
 * `run.json`. Returns the environment completed by them, as it was when something is configured, or a sentence when nothing
 * runs.
 */
export async function joinRunningSystem(
  environment: Environment,
): Promise<{ ok: true; environment: Environment } | { ok: false; error: string }> {
  if (destinations.some((name) => environment[name])) return { ok: true, environment };
  const dataDirectory = resolve(environment["REELAY_DATA_DIR"] ?? ".reelay");
  const path = join(dataDirectory, "run.json");
  const run = await readFile(path, "utf8")
    .then((text) => RunFile.parse(JSON.parse(text)))
    .catch(() => null);
  if (!run || !isAlive(run.pid)) {
    return {
      ok: false,
      error:
        `No system to work for: nothing runs in ${dataDirectory} (${run ? "its process has ended" : `no ${path}`}), and neither ` +
        "PUBSUB_EMULATOR_HOST nor PUBSUB_PROJECT_ID is set. Start one with `npm start`, or set them.",
    };
  }
  return {
    ok: true,
    environment: {
      WORK_DIR: join(dataDirectory, "work"),
      PUBLIC_URL: new URL(run.graphql).origin,
      ...environment,
      PUBSUB_EMULATOR_HOST: run.pubsub,
      STORE_DIRECTORY: join(dataDirectory, "store"),
    },
  };
}
