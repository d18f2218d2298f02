import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, pino } from "pino";
import { createLogSink, type LogSink } from "./log-sink.ts";
import { openDescriptor } from "./log-target.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface LoggerOptions {
  /** Least severe level that is written. */
  level: string;
  /** Where lines end up, and what reports those that were dropped. Default: the standard output. */
  sink?: LogSink;
  /** What lines are written to, where that is more than the sink. */
  destination?: DestinationStream;
}

/** The sink that writes to the standard output. */
export const openStandardOutput = (): LogSink => createLogSink(openDescriptor(1));

/**
 * The log of a process: JSON lines whose `msg` is the event's name, with the `traceId` of what is traced. Whatever a field or an error says, what looks like a bearer token, the
 * token of an upload, a password or the query of an address is not written.
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
