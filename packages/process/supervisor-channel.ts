/** The channel between a supervised process and its supervisor: one message, and the restart count. */

/**
 * Sent by a process that ends after an uncaught exception. Its exit code alone could also mean a wrong
 * setting.
 */
const CRASHED = "reelay.crashed";
/** How often the supervisor has restarted the program. */
export const RESTARTS_VARIABLE = "REELAY_RESTARTS";

export const isCrashMessage = (message: unknown): boolean => message === CRASHED;

/** Asks the supervisor, if there is one, to restart this process. */
export function reportCrash(): void {
  if (process.send === undefined || !process.connected) return;
  // The supervisor may be gone by now, which changes nothing here.
  process.send(CRASHED, undefined, undefined, () => undefined);
}

/** True if the supervisor started this run after a crash. */
export const isRestarted = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  Number(environment[RESTARTS_VARIABLE] ?? 0) > 0;
