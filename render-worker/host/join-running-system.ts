import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "@reelay/process";
import { z } from "zod";
import { isAlive } from "./work-directory/process-identity.ts";

/** The part of `npm start`'s run file in its data folder that a worker needs. */
const RunFile = z.object({ graphql: z.url(), pubsub: z.string(), pid: z.int() });

/** If one of these is set, the worker's system is configured. */
const destinations = [
  ...["PUBSUB_PROJECT_ID", "PUBSUB_EMULATOR_HOST", "STORE", "STORE_DIRECTORY", "GCS_BUCKET"],
  "WORKER_JOIN_TOKEN",
];

/**
 * A worker without configuration joins the system on this machine: broker, store and addresses come from
 * `run.json` in the data folder. Returns the completed environment, the unchanged one if a system is
 * configured, or an error if nothing runs.
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
        `No system found: nothing runs in ${dataDirectory} (${run ? "its process has ended" : `no ${path}`}), and neither` +
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
