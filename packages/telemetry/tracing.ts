import type { Logger } from "pino";

/** Destination of spans. */
export interface TracingSettings {
  /** Address that accepts OTLP over HTTP, for example `http://localhost:4318/v1/traces`. */
  url: string;
  /** `service.name` of the spans, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES override it. */
  serviceName: string;
  /** How long spans are batched, in milliseconds. Default OTEL_BSP_SCHEDULE_DELAY, otherwise 5,000. */
  delayMs?: number;
}

/**
 * Exports the spans of this process by OTLP until disposed. Without settings it does nothing: the SDK is not
 * loaded, and OpenTelemetry's API answers every call with a span that records nothing.
 *
 * OpenTelemetry's API is one per process by design: everything in one process (`npm start`) shares it.
 */
export async function startTracing(
  settings: TracingSettings | undefined,
  log: Logger,
): Promise<AsyncDisposable> {
  if (settings === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { exportSpans } = await import("./export-spans.ts");
  return exportSpans(settings, log);
}
