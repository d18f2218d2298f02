/**
 * The destination of log lines. A log that cannot be written must never end or block its process. While the
 * disk is full, lines are dropped and counted; the first line after that reports how many are missing.
 */
import type { Logger } from "pino";
import type { LogTarget } from "./log-target.ts";

export interface LogSink extends Disposable {
  write(line: string): void;
  /** Tries again, then throws a `LogFullError` if lines are still being dropped. */
  assertWritable(): void;
  /** Sets the logger that reports dropped lines (`log.lines-dropped`) once the sink works again. */
  announceThrough(log: Logger): void;
}

/** Log lines are being dropped. */
export class LogFullError extends Error {
  override readonly name = "LogFullError";
  constructor(code: string, lines: number) {
    super(
      `The log cannot be written (${code}); ${lines} lines have been dropped so far: free some space on its disk.`,
    );
  }
}

interface Gap {
  lines: number;
  /** The system's code of the first failure: `ENOSPC`. */
  code: string;
  since: string;
}

export function createLogSink(target: LogTarget): LogSink {
  let gap: Gap | undefined;
  let log: Logger | undefined;
  /** Set while the notice is being written; `isWritten` is undefined until it was tried. */
  let notice: { isWritten: boolean | undefined } | undefined;

  function isWritten(line: string): boolean {
    try {
      target.write(line, gap !== undefined);
      return true;
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code ?? error);
      gap ??= { lines: 0, code, since: new Date().toISOString() };
      return false;
    }
  }

  /** Writes the notice about dropped lines. True if the sink works again. */
  function isRecovered(missing: Gap): boolean {
    notice = { isWritten: undefined };
    log?.error(missing, "log.lines-dropped");
    // A log level above `error` suppresses the notice.
    const isWorking = notice.isWritten ?? isWritten("\n");
    notice = undefined;
    if (isWorking) gap = undefined;
    return isWorking;
  }

  return {
    write(line) {
      if (notice !== undefined) {
        notice.isWritten = isWritten(line);
        return;
      }
      const isDropped = (gap !== undefined && !isRecovered(gap)) || !isWritten(line);
      if (isDropped && gap !== undefined) gap.lines += 1;
    },
    assertWritable() {
      if (gap !== undefined && !isRecovered(gap)) throw new LogFullError(gap.code, gap.lines);
    },
    announceThrough(logger) {
      log = logger;
    },
    [Symbol.dispose]: () => target[Symbol.dispose](),
  };
}
