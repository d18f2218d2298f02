import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openFileLock } from "@reelay/object-store";
import { vi } from "vitest";
import { whyNoGo } from "../kit/build-go-program.ts";
import { freePort } from "../kit/free-port.ts";

const folder = import.meta.dirname;
const cache = join(folder, "../../node_modules/.cache/reelay");
/** Named for what go.mod pins. */
const version = "v1.56.1";
const binary = join(cache, `fake-gcs-server-${version}`);

/** Why the server cannot be had here; undefined if it can. On CI there is no excuse: there the tests run and fail. */
export const whyNoFakeGcs =
  whyNoGo() !== undefined && !existsSync(binary) && process.env.CI === undefined
    ? "Go is not installed, which builds fake-gcs-server"
    : undefined;

/** Builds the pinned server once (two minutes on two cores), then starts it in memory on a free port, with one bucket. */
export async function startFakeGcs(bucket: string): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  await build();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ["-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", `${port}`];
  const server = spawn(binary, [...args, "-external-url", endpoint, "-log-level", "error"], {
    stdio: "ignore",
  });
  const exited = once(server, "exit");
  await vi.waitFor(
    async () => {
      const body = JSON.stringify({ name: bucket });
      const headers = { "content-type": "application/json" };
      const made = await fetch(`${endpoint}/storage/v1/b?project=test`, { method: "POST", body, headers });
      if (!made.ok) throw new Error(`fake-gcs-server answers ${made.status} to the creation of a bucket`);
    },
    { timeout: 20_000, interval: 100 },
  );
  return {
    endpoint,
    async stop() {
      server.kill();
      await exited;
    },
  };
}

async function build(): Promise<void> {
  if (existsSync(binary)) return;
  mkdirSync(cache, { recursive: true });
  // Test files start together; one builds, the others wait.
  const lock = openFileLock(`${binary}.lock`);
  try {
    await vi.waitUntil(() => lock.tryLock(), { timeout: 280_000, interval: 500 });
    if (existsSync(binary)) return;
    const args = ["build", "-o", `${binary}.new`, "github.com/fsouza/fake-gcs-server"];
    await promisify(execFile)("go", args, { cwd: folder });
    renameSync(`${binary}.new`, binary);
  } finally {
    lock.close();
  }
}
