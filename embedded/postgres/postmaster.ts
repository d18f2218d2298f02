/** Reads `postmaster.pid` and stops servers. */
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./errors.ts";
import { isRunning } from "./processes.ts";

interface PostmasterFile {
  pid: number;
  folder: string;
  port: number;
  ready: boolean;
}

/** Interval for polling a file or process; pg_ctl uses 100 ms. */
const POLL_MS = 20;
/** A fast shutdown waits for a checkpoint, which takes time on a slow disk. */
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/** Reads the server's file in its data folder; undefined if it is missing or still incomplete. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const [pid, folder, , port, , , , status] = text.split("\n");
  if (!Number(pid) || folder === undefined) return undefined;
  return { pid: Number(pid), folder, port: Number(port ?? 0), ready: status?.trim() === "ready" };
}

/** Waits until the server's file reports that it accepts connections, as pg_ctl does. */
export async function untilReady(cluster: string, pid: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const found = await readPostmasterFile(cluster);
    if (found?.pid === pid && found.ready) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

/**
 * Stops a server that an earlier, killed run left on this data, if there is one.
 *
 * Stops only a process that is provably a server on this folder. A file whose pid now belongs to another
 * program is removed, because Postgres would mistake that program for a server. A file whose process is gone
 * is left to Postgres.
 */
export async function stopLeftover(cluster: string): Promise<{ pid: number } | undefined> {
  const found = await readPostmasterFile(cluster);
  if (found === undefined || !(await isRunning(found.pid))) return undefined;
  if (!(await isServerOn(found.pid, cluster))) {
    await rm(path.join(cluster, "postmaster.pid"), { force: true });
    return undefined;
  }
  await stopServer(found.pid, cluster);
  return { pid: found.pid };
}

/**
 * Requests a fast shutdown (open transactions are rolled back), then an immediate one if that takes too long.
 */
export async function stopServer(pid: number, cluster: string): Promise<void> {
  const steps = [
    ["SIGINT", FAST_SHUTDOWN_MS],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
  ] as const;
  for (const [signal, patienceMs] of steps) {
    send(pid, signal);
    if (await endsWithin(pid, patienceMs)) return;
  }
  throw new EmbeddedPostgresError(
    "DIRECTORY_IN_USE",
    `PostgreSQL (process ${pid}) on ${cluster} does not stop: stop it by hand (kill -QUIT ${pid}) and start again.`,
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function endsWithin(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (await isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function isServerOn(pid: number, cluster: string): Promise<boolean> {
  const command =
    process.platform === "linux"
      ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
      : await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).then(
          ({ stdout }) => stdout,
          () => "",
        );
  return command.includes("postgres") && command.includes(cluster);
}
