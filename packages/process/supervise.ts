import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type Ended, isCrash, MAX_RESTARTS, planRestart, WINDOW_MS } from "./plan-restart.ts";
import type { Environment } from "./read-fields.ts";
import { isCrashMessage, RESTARTS_VARIABLE } from "./supervisor-channel.ts";

interface SuperviseOptions {
  /** Node's options, the program, and the program's own arguments. */
  args: readonly string[];
  environment: Environment;
  /** The program's display name. */
  name: string;
  print: (sentence: string) => void;
}

/**
 * Runs one of our programs until it ends intentionally, and restarts it after a crash. Stop signals are
 * forwarded and end the pause before a restart. Resolves with the result of the last run, or code 1 after too
 * many crashes.
 */
export async function supervise({
  args,
  environment,
  name,
  print,
}: SuperviseOptions): Promise<Pick<Ended, "code" | "signal">> {
  const crashedAtMs: number[] = [];
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const forward = (signal: NodeJS.Signals) => {
    stopping.abort();
    child?.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  try {
    for (;;) {
      const run = start(args, environment, crashedAtMs.length);
      child = run.child;
      const ended = await run.ended;
      const { code, signal } = ended;
      if (stopping.signal.aborted || !isCrash(ended)) return { code, signal };
      const now = performance.now();
      crashedAtMs.push(now);
      const pauseMs = planRestart(crashedAtMs, now);
      const how = signal ?? `code ${code}`;
      if (pauseMs === null) {
        print(
          `${name} crashed (${how}) more than ${MAX_RESTARTS} times within ${WINDOW_MS / 1_000} s and will not be restarted. See the event process.crashed in its log for the cause.`,
        );
        return { code: 1, signal: null };
      }
      print(`${name} crashed (${how}); it restarts in ${pauseMs / 1_000} s. Its jobs continue.`);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return { code: 0, signal: null };
    }
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

function start(
  args: readonly string[],
  environment: Environment,
  restarts: number,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, args, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...environment, [RESTARTS_VARIABLE]: String(restarts) },
  });
  let hasReported = false;
  child.on("message", (message) => {
    hasReported ||= isCrashMessage(message);
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<Ended>();
  child.once("error", reject);
  child.once("close", (code, signal) => resolve({ code, signal, hasReported }));
  return { child, ended };
}
