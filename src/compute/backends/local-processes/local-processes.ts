import { type ChildProcess, spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { toSentence } from "@reelay/process";
import { z } from "zod";
import { type BackendDeps, type ComputeBackend, defineBackend, type Machine } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { findProcesses } from "./named-processes.ts";

const workerProgram = fileURLToPath(new URL("../../../../render-worker/main.ts", import.meta.url));

const Settings = z.strictObject({
  /** Program of the worker. Default: that of this release. */
  program: z.string().min(1).default(workerProgram),
  /** More variables of the worker, e.g. WORKER_SLOTS. */
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/), z.string()).default({}),
});

/** What a program needs of the API's own environment. The rest holds the API's secrets. */
const inherited = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "NODE_EXTRA_CA_CERTS"];
/** A worker hands its tasks back at a stop signal; after this time it is killed. */
const KILL_AFTER_MS = 30_000;
/** How long the end of the API waits for its workers. */
const END_MS = 3_000;
/** Ended processes that are remembered for their exit codes. */
const MOST_ENDED = 1_000;

/**
 * Starts workers as processes beside the API, which find it at its own address. They go on if the API
 * crashes, and end when it stops. Several API processes of one machine see each other's.
 */
export const localProcesses = defineBackend("LOCAL_PROCESSES", Settings, openLocalProcesses);

function openLocalProcesses(
  { program, environment: more }: z.infer<typeof Settings>,
  { prefix, environment, log }: BackendDeps,
): ComputeBackend {
  const children = new Map<string, ChildProcess>();
  const ended = new Map<string, Machine>();
  const stoppedAt = new Map<string, number>();

  async function find(name: string): Promise<number | undefined> {
    return (await listing(() => findProcesses(prefix))).find((each) => each.name === name)?.pid;
  }

  return {
    async launch({ name, environment: given }, signal) {
      assertGoing(signal);
      const own = children.get(name)?.pid;
      const running = own ?? (await find(name));
      if (running !== undefined) return { ref: String(running) };
      const kept = inherited.flatMap((key) => {
        const value = environment[key];
        return value === undefined ? [] : [[key, value] as const];
      });
      const child = spawn(process.execPath, ["--no-deprecation", program], {
        // By this name it is found again, also by another process of the API.
        argv0: name,
        env: { ...Object.fromEntries(kept), ...more, ...given },
        stdio: "ignore",
        // Ctrl+C in the API's terminal reaches the API only, which ends it in order.
        detached: true,
      });
      const { pid } = child;
      if (pid === undefined) {
        const [error] = (await new Promise<Error[]>((resolve) =>
          child.once("error", (e) => resolve([e])),
        )) as [Error];
        throw new LaunchError("UNAVAILABLE", "No process could be started", { said: error.message });
      }
      child.unref();
      children.set(name, child);
      child.once("exit", (code) => {
        children.delete(name);
        stoppedAt.delete(name);
        ended.set(name, { name, ref: String(pid), state: "ENDED", exitCode: code });
        const [oldest] = ended.keys();
        if (ended.size > MOST_ENDED && oldest !== undefined) ended.delete(oldest);
        log.info({ machine: name, pid, code }, "machine.ended");
      });
      return { ref: String(pid) };
    },
    async list(signal) {
      assertGoing(signal);
      const running = await listing(() => findProcesses(prefix));
      const alive = running.map(
        ({ pid, name }): Machine => ({ name, ref: String(pid), state: "RUNNING", exitCode: null }),
      );
      const names = new Set(alive.map(({ name }) => name));
      return [...alive, ...[...ended.values()].filter(({ name }) => !names.has(name))];
    },
    async stop({ name }, signal) {
      assertGoing(signal);
      const pid = await find(name);
      if (pid === undefined) return;
      const since = stoppedAt.get(name) ?? performance.now();
      stoppedAt.set(name, since);
      const isOverdue = performance.now() - since > KILL_AFTER_MS;
      send(isOverdue ? -pid : pid, isOverdue ? "SIGKILL" : "SIGTERM");
    },
    async check(signal) {
      assertGoing(signal);
      await access(program).catch((error: unknown) => {
        throw new LaunchError("NOT_FOUND", `LOCAL_PROCESSES: the worker program ${program} cannot be read`, {
          said: toSentence(error),
          remedy: "Install the worker beside the API, or set `settings.program`.",
        });
      });
    },
    async [Symbol.asyncDispose]() {
      const ends = [...children.values()].map(
        (child) => new Promise<void>((resolve) => child.once("exit", () => resolve())),
      );
      for (const { pid } of children.values()) if (pid !== undefined) send(pid, "SIGTERM");
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, END_MS)));
      await Promise.race([Promise.all(ends), late]);
      clearTimeout(timer);
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function assertGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new LaunchError("UNAVAILABLE", "The request was given up");
}

async function listing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new LaunchError("UNAVAILABLE", "The processes of this machine cannot be listed", {
      said: toSentence(error),
    });
  }
}
