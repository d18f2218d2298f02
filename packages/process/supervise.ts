import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type Ended, isCrash, MAX_RESTARTS, planRestart, WINDOW_MS } from "./plan-restart.ts";
import type { Environment } from "./read-fields.ts";
import { isCrashMessage, RESTARTS_VARIABLE } from "./supervisor-channel.ts";

export interface SuperviseOptions {
  /** Arguments of Node: its options, the program, the program's own. */
  args: readonly string[];
  environment: Environment;
  /** What people call it. */
  name: string;
  tell: (sentence: string) => void;
}

/**
 * Runs one of our programs until it ends intentionally, and starts it again when it crashes. Signals that ask it to stop are passed on, and end
 * the pause before a restart. Resolves to how the last run ended; with code 1 after too many crashes.
 */
export async function supervise({
  args,
  environment,
  name,
  tell,
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
        tell(
          `${name} crashed (${how}) more than ${MAX_RESTARTS} times within ${WINDOW_MS / 1_000} s and is not started again. The event process.crashed in its log has the cause.`,
        );
        return { code: 1, signal: null };
      }
      tell(`${name} crashed (${how}); it starts again in ${pauseMs / 1_000} s. Its jobs go on.`);
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
