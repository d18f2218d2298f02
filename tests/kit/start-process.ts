import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { testEnv } from "../../render-worker/testing/env.ts";

const root = resolve(import.meta.dirname, "../..");

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * A process of ours as it is run for real, with its log read as it comes. Disposing kills it if it still
 * runs, together with its process group.
 */
export interface TestProcess extends AsyncDisposable {
  pid: number;
  /** Log lines so far. */
  log: Record<string, unknown>[];
  ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** To the whole process group, as a Ctrl-C in a terminal is. */
  killGroup(signal: NodeJS.Signals): void;
  /** Resolves with the log line of this event; rejects when the process ends without it. */
  logged(event: string): Promise<Record<string, unknown>>;
}

/**
 * Starts `file` (from the repository's root) on this Node, in a process group of its own, told `env` and
 * nothing else that is ours.
 */
export function startProcess(file: string, env: Readonly<Record<string, string>>): TestProcess {
  const child = spawn(process.execPath, ["--no-deprecation", resolve(root, file)], {
    cwd: root,
    env: { ...testEnv, METADATA_SERVER_DETECTION: "none", LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started.`);
  const log: Record<string, unknown>[] = [];
  let stderr = "";
  let rest = "";
  const listeners = new Set<() => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("{")) log.push(JSON.parse(line));
    for (const listener of listeners) listener();
  });
  const ended = once(child, "close").then(([code, signal]): Ended => ({ code, signal }));
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is already empty.
    }
  };
  return {
    pid,
    log,
    ended,
    kill: (signal) => void child.kill(signal),
    killGroup,
    async logged(event) {
      const find = () => log.find((line) => line["msg"] === event || line["event"] === event);
      const { promise, resolve: found, reject } = Promise.withResolvers<Record<string, unknown>>();
      const look = () => {
        const line = find();
        if (line) found(line);
      };
      listeners.add(look);
      look();
      void ended.then((end) =>
        reject(new Error(`${file} ended (${JSON.stringify(end)}) without ${event}: ${stderr}`)),
      );
      return await promise.finally(() => listeners.delete(look));
    },
    async [Symbol.asyncDispose]() {
      killGroup("SIGKILL");
      await ended;
    },
  };
}
