/**
 * One server process: spawned, awaited until it accepts connections, and restarted where a second try helps.
 */
import { chown, open, readFile, rename, stat } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { PostgresBinaries } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";
import { diskFull, EmbeddedPostgresError, isFull } from "./errors.ts";
import { untilReady } from "./postmaster.ts";
import { spawnProgram } from "./processes.ts";
import type { RunAs } from "./run-as.ts";
import { serverSettings } from "./settings.ts";

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Server {
  pid: number;
  port: number;
  exited: Promise<Exit>;
}

export interface ServerOptions {
  binaries: PostgresBinaries;
  runAs: RunAs;
  cluster: Cluster;
  /** Folder of the log. */
  directory: string;
  durable: boolean;
  port: number | undefined;
  signal: AbortSignal | undefined;
}

const MAX_TRIES = 20;
const RETRY_MS = 250;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Starts the server on the requested port, or on a free one. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const result = await tryStart(options, port);
    if (!("failure" in result)) return result;

    const taken = /could not bind|Address already in use/.test(result.failure);
    if (taken && options.port !== undefined) {
      throw new EmbeddedPostgresError(
        "PORT_TAKEN",
        `Port ${port} on 127.0.0.1 is in use, so PostgreSQL cannot listen there: stop the program that uses it, or choose another port.`,
      );
    }
    // After a server's kill -9 its children may hold its memory for a moment.
    const passing = taken || /shared memory block \([^()]*\) is still in use/.test(result.failure);
    // On a full disk the server's log stays empty.
    if (await isFull(options.directory)) throw diskFull(options.directory);
    if (!passing || attempt === MAX_TRIES) throw startFailed(options.directory, result.failure);
    await delay(RETRY_MS, undefined, { signal: options.signal });
  }
}

async function tryStart(options: ServerOptions, port: number): Promise<Server | { failure: string }> {
  const { binaries, runAs, cluster, durable } = options;
  const logFile = await openLog(path.join(options.directory, "postgres.log"), runAs);
  const from = (await logFile.stat()).size;
  const child = spawnProgram(
    [...runAs.prefix, binaries.postgres, "-D", cluster.folder, ...serverSettings({ port, durable })],
    { owner: runAs.owner, stdio: ["ignore", logFile.fd, logFile.fd] },
  );
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await logFile.close();
  const ended = new AbortController();
  const endedEarly = exited.then(() => ended.abort());
  try {
    const signal = AbortSignal.any([ended.signal, ...(options.signal ? [options.signal] : [])]);
    await untilReady(cluster.folder, child.pid ?? 0, signal);
    return { pid: child.pid ?? 0, port, exited };
  } catch (error) {
    if (!ended.signal.aborted) child.kill("SIGQUIT");
    await endedEarly;
    if (options.signal?.aborted) throw error;
    const log = await readFile(path.join(options.directory, "postgres.log"));
    return { failure: log.subarray(from).toString("utf8") };
  }
}

/** Opens the log for appending. A large log is rotated first and replaces the previous one. */
async function openLog(file: string, { owner }: RunAs) {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
  const log = await open(file, "a", 0o600);
  if (owner !== undefined) await chown(file, owner.uid, owner.gid);
  return log;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("A listening TCP server has a port.");
  return address.port;
}

function startFailed(directory: string, log: string): EmbeddedPostgresError {
  const reasons = log
    .split("\n")
    .filter((line) => /FATAL|PANIC|ERROR|HINT|error while loading/.test(line))
    .slice(-4)
    .map((line) => line.replace(/^.*? \[\d+\] /, ""));
  return new EmbeddedPostgresError(
    "START_FAILED",
    `PostgreSQL on ${directory} ended while starting: ${reasons.join(" ") || log.trim().slice(-500)}. Its log is ${path.join(directory, "postgres.log")}.`,
  );
}
