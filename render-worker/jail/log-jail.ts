import type { Logger } from "pino";
import type { Jail } from "./jail.ts";

/** Logs the jail's level, as a warning if it could be stronger. */
export function logJail(log: Logger, { level, reason, limitsBy }: Jail): void {
  if (reason === null) log.info({ level, limitsBy }, "jail.ready");
  else log.warn({ level, limitsBy, reason }, "jail.limited");
}
