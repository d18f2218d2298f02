import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openFileLock } from "@reelay/object-store";
import { GO_BUILD, whyNoGo } from "../kit/build-go-program.ts";
import { eventually } from "../kit/eventually.ts";
import { freePort } from "../kit/free-port.ts";
import { serveCorrected } from "./corrections.ts";

const folder = import.meta.dirname;
const cache = join(folder, "../../node_modules/.cache/reelay");
/** Named for what go.mod pins. */
const version = "v1.56.1";
const binary = join(cache, `fake-gcs-server-${version}`);

/**
 * For trials by hand: the command of another server, which is started with a host, a port and a number of
 * threads. Google's own is `python3 testbench_run.py` of https://github.com/googleapis/storage-testbench,
 * which no registry has.
 */
const { STORAGE_TESTBENCH } = process.env;

/**
 * Why the server cannot be had here; undefined if it can. On CI there is no excuse: there the tests run and
 * fail.
 */
export const whyNoFakeGcs =
  whyNoGo() !== undefined && !existsSync(binary) && process.env.CI === undefined
    ? "Go is not installed, which builds fake-gcs-server"
    : undefined;

/**
 * Builds the pinned server once (two minutes on two cores), then starts it in memory on a free port, with one
 * bucket, behind the corrections of its differences from Cloud Storage.
 */
export async function startFakeGcs(bucket: string): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const target = `http://127.0.0.1:${port}`;
  await using stack = new AsyncDisposableStack();
  const endpoint = STORAGE_TESTBENCH === undefined ? stack.use(await serveCorrected(target)).url : target;
  const server =
    STORAGE_TESTBENCH === undefined
      ? await spawnFakeGcs(port, endpoint)
      : spawn("sh", ["-c", `exec ${STORAGE_TESTBENCH} 127.0.0.1 ${port} 10`], { stdio: "ignore" });
  const exited = once(server, "exit");
  stack.defer(async () => {
    server.kill();
    await exited;
  });
  await eventually(
    async () => {
      const body = JSON.stringify({ name: bucket });
      const headers = { "content-type": "application/json" };
      const made = await fetch(`${target}/storage/v1/b?project=test`, { method: "POST", body, headers });
      if (!made.ok) throw new Error(`the storage server answers ${made.status} to the creation of a bucket`);
    },
    "the storage server answers",
    { intervalMs: 100 },
  );
  const held = stack.move();
  return { endpoint, stop: () => held.disposeAsync() };
}

async function spawnFakeGcs(port: number, endpoint: string) {
  await buildFakeGcs();
  const args = ["-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", `${port}`];
  return spawn(
    binary,
    [...args, "-external-url", endpoint, "-public-host", new URL(endpoint).host, "-log-level", "error"],
    { stdio: "ignore" },
  );
}

/** Builds the pinned server on first use. Resolves to the program's path. */
export async function buildFakeGcs(): Promise<string> {
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  // Test files start together; one builds, the others wait.
  const lock = openFileLock(`${binary}.lock`);
  try {
    await eventually(() => lock.tryLock(), "another test has built fake-gcs-server", {
      timeoutMs: 280_000,
      intervalMs: 500,
    });
    if (existsSync(binary)) return binary;
    const args = [...GO_BUILD, "-o", `${binary}.new`, "github.com/fsouza/fake-gcs-server"];
    await promisify(execFile)("go", args, { cwd: folder });
    renameSync(`${binary}.new`, binary);
    return binary;
  } finally {
    lock.close();
  }
}
