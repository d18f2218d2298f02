import type { Logger } from "pino";
import type { InstalledPainter } from "./find-painter.ts";

/** Logs the painter with the level of its jail, and why it is not a stronger one. */
export function logPainter(log: Logger, { version, texReason, program, jail }: InstalledPainter): void {
  const { level, reason } = jail;
  log.info({ version, python: program.path, texReason, level, reason }, "painter.found");
}
