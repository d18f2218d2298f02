import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, pino } from "pino";
import { withoutSecrets } from "./without-secrets.ts";

export interface LoggerOptions {
  /** Least severe level that is written. */
  level: string;
  /** Default the standard output. */
  destination?: DestinationStream;
}

/**
 * The log of a process: JSON lines whose `msg` is the event's name, with the `traceId` of what is traced. Whatever a field or an error says, what looks like a bearer token, the
 * token of an upload, a password or the query of an address is not written.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = { level, hooks: { streamWrite: withoutSecrets }, mixin: activeTraceId };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function activeTraceId(): { traceId?: string } {
  const span = trace.getActiveSpan();
  return span === undefined ? {} : { traceId: span.spanContext().traceId };
}
