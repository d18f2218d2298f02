import { setTimeout as delay } from "node:timers/promises";
import { reportCrash } from "./supervisor-channel.ts";

/** Time for the message to the supervisor to leave. */
const FAREWELL_MS = 50;

/**
 * Calls `crashed` with each uncaught exception and unhandled rejection, until disposed. The state of the
 * process is then unknown: end it soon. Its supervisor restarts it.
 */
export function catchCrashes(
  crashed: (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => void,
): Disposable {
  const onException = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => {
    reportCrash();
    crashed(error, origin);
  };
  const ignore = () => undefined;
  // Output for a closed terminal, or for a file on a full disk, is lost.
  process.stderr.on("error", ignore);
  process.on("uncaughtException", onException);
  return {
    [Symbol.dispose]() {
      process.off("uncaughtException", onException);
      process.stderr.off("error", ignore);
    },
  };
}

/**
 * Ends the process with code 1 after the first uncaught exception. `log` receives every uncaught exception;
 * `handBack` then has `withinMs` to return running work.
 */
export function endOnCrash(options: {
  log: (fields: { err: unknown; origin: string }) => void;
  handBack?: () => Promise<unknown>;
  withinMs: number;
}): void {
  let isEnding = false;
  catchCrashes((err, origin) => {
    options.log({ err, origin });
    if (isEnding) return;
    isEnding = true;
    void handBackAndExit(options);
  });
}

async function handBackAndExit({
  log,
  handBack,
  withinMs,
}: Parameters<typeof endOnCrash>[0]): Promise<never> {
  const handedBack = Promise.resolve()
    .then(handBack)
    .catch((err: unknown) => log({ err, origin: "handBack" }));
  await Promise.race([handedBack, delay(withinMs)]);
  await delay(FAREWELL_MS);
  process.exit(1);
}
