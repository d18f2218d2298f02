import { openSync } from "node:fs";
import { createLogger } from "@reelay/telemetry";
import { type DestinationStream, destination, type Logger, multistream } from "pino";

export interface EmbeddedLog extends Disposable {
  readonly logger: Logger;
}

/**
 * Everything goes to `file` as JSON lines; only errors are shown on the terminal, one line each, by `tell`. What a system
 * that stops says of its lost connections is no error to show: `isStopping`.
 */
export function createLog(
  file: string,
  options: { level: string; tell: (line: string) => void; isStopping: () => boolean },
): EmbeddedLog {
  const lines = destination({ dest: openSync(file, "a", 0o600), sync: true });
  const terminal: DestinationStream = {
    write(line) {
      if (!options.isStopping()) options.tell(describe(line, file));
    },
  };
  const logger = createLogger({
    level: options.level,
    destination: multistream([
      { level: "trace", stream: lines },
      { level: "error", stream: terminal },
    ]),
  });
  return { logger, [Symbol.dispose]: () => lines.end() };
}

/** `relay.failed: connection refused (…)` from a line of JSON. */
function describe(line: string, file: string): string {
  const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } };
  const what = entry.msg ?? "error";
  const why = entry.err?.message?.split("\n").at(-1);
  return `! ${what}${why === undefined || why === what ? "" : `: ${why}`} (more in ${file})`;
}
