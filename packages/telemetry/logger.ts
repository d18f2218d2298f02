import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, pino } from "pino";
import { createLogSink, type LogSink } from "./log-sink.ts";
import { openDescriptor } from "./log-target.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface LoggerOptions {
  /** Lowest severity that is written. */
  level: string;
  /** The destination of lines, which also reports dropped lines. Default: the standard output. */
  sink?: LogSink;
  /** The stream to write to, if it is more than the sink. */
  destination?: DestinationStream;
}

/** The sink that writes to the standard output. */
export const openStandardOutput = (): LogSink => createLogSink(openDescriptor(1));

/**
 * The log of a process: JSON lines with the event's name in `msg`, and the `traceId` if a trace is active.
 * Bearer tokens, upload tokens, passwords and URL queries are never written, whatever a field or an error
 * contains.
 */
export function createLogger({ level, sink, destination }: LoggerOptions): Logger {
  const options = { level, hooks: { streamWrite: withoutSecrets }, mixin: activeTraceId };
  const written = sink ?? (destination === undefined ? openStandardOutput() : undefined);
  const log = pino(options, destination ?? written);
  written?.announceThrough(log);
  return log;
}

function activeTraceId(): { traceId?: string } {
  const span = trace.getActiveSpan();
  return span === undefined ? {} : { traceId: span.spanContext().traceId };
}
