import type { Logger } from "pino";
import type { Jail } from "./jail.ts";

/** Says in the log how strongly programs are confined; as a warning where that could be more. */
export function logJail(log: Logger, { level, reason }: Jail): void {
  if (reason === null) log.info({ level }, "jail.ready");
  else log.warn({ level, reason }, "jail.limited");
}
