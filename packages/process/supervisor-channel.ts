/** What a supervised process and its supervisor share: one message, and the count of restarts. */

/** Sent by a process that ends because of an exception that nothing caught; its exit code alone could mean a wrong setting, too. */
const CRASHED = "reelay.crashed";
/** How often the supervisor has started the program again. */
export const RESTARTS_VARIABLE = "REELAY_RESTARTS";

export const isCrashMessage = (message: unknown): boolean => message === CRASHED;

/** Asks the supervisor, if there is one, to start this process again when it has ended. */
export function reportCrash(): void {
  if (process.send === undefined || !process.connected) return;
  // The supervisor may be gone by now, which changes nothing here.
  process.send(CRASHED, undefined, undefined, () => undefined);
}

/** True if an earlier run of this program crashed and its supervisor started this one. */
export const isRestarted = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  Number(environment[RESTARTS_VARIABLE] ?? 0) > 0;
