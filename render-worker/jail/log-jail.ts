import type { Logger } from "pino";
import type { Jail } from "./jail.ts";

/** Says in the log how strongly programs are confined; as a warning where that could be more. */
export function logJail(log: Logger, { level, reason, limitsBy }: Jail): void {
  if (reason === null) log.info({ level, limitsBy }, "jail.ready");
  else log.warn({ level, limitsBy, reason }, "jail.limited");
}
