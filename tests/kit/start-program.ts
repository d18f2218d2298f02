/** A program of others as a process, e.g. a provider's server. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const KILL_AFTER_MS = 10_000;

export interface Program extends AsyncDisposable {
  pid: number;
  /** What it has printed. */
  output(): string;
  /** Resolves with the first match in what it prints. Rejects if it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<number | null>;
}

/**
 * Starts a program with exactly these variables, in a process group of its own. Disposing ends it with
 * SIGTERM, and after ten seconds the whole group.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Program {
  const child = spawn(file, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started.`);
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-100_000);
      for (const listener of listeners) listener();
    });
  const ended = once(child, "close").then(([code]): number | null => code);
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is empty.
    }
  };
  return {
    ...{ pid, ended, output: () => output },
    async printed(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`${file} ended without ${pattern}: ${output}`)));
      return await promise.finally(() => listeners.delete(look));
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
      kill("SIGKILL");
    },
  };
}
