/** The example server of `HTTP_ENDPOINT`, as its readers start it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { testEnv } from "../../../render-worker/testing/env.ts";

const example = resolve(import.meta.dirname, "../../../examples/compute-endpoint/server.ts");

/** `program`: source that stands in for the worker. Default: the worker. `environment`: of the API. */
export async function startExampleEndpoint({ program }: { program?: string } = {}) {
  const directory = await mkdtemp(join(tmpdir(), "reelay-endpoint-"));
  const environment = { COMPUTE_ENDPOINT_KEY: "key-of-the-example" };
  const file = join(directory, "program.mjs");
  if (program !== undefined) await writeFile(file, program);
  const child = spawn(process.execPath, ["--no-deprecation", example], {
    env: {
      ...{ PATH: testEnv["PATH"], HOME: testEnv["HOME"], PORT: "0", ...environment },
      ...(program !== undefined && { WORKER_PROGRAM: file }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const first = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (first.done === true) throw new Error("The example server ended before it printed its address.");
  return {
    url: first.value,
    environment,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}
