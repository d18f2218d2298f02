import { createLogger, createLogSink, type LogSink, openLogFile } from "@reelay/telemetry";
import { type DestinationStream, type Logger, multistream } from "pino";

interface EmbeddedLog extends Disposable {
  readonly logger: Logger;
  readonly sink: LogSink;
}

/**
 * Writes everything to `file` as JSON lines, and prints errors to the terminal through `print`, one line
 * each. Lost connections while the system is stopping (`isStopping`) are not printed.
 */
export function createLog(
  file: string,
  options: { level: string; print: (line: string) => void; isStopping: () => boolean },
): EmbeddedLog {
  const sink = createLogSink(openLogFile(file));
  const terminal: DestinationStream = {
    write(line) {
      if (!options.isStopping()) options.print(describe(line, file));
    },
  };
  const logger = createLogger({
    level: options.level,
    sink,
    destination: multistream([
      { level: "trace", stream: sink },
      { level: "error", stream: terminal },
    ]),
  });
  return { logger, sink, [Symbol.dispose]: () => sink[Symbol.dispose]() };
}

/** Formats a line of JSON as `relay.failed: connection refused (…)`. */
function describe(line: string, file: string): string {
  const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } };
  const what = entry.msg ?? "error";
  const why = entry.err?.message?.split("\n").at(-1);
  return `! ${what}${why === undefined || why === what ? "" : `: ${why}`} (more in ${file})`;
}
