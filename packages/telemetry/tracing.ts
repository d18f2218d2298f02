import type { Logger } from "pino";

/** Where spans go. */
export interface TracingSettings {
  /** Takes OTLP over HTTP, e.g. `http://localhost:4318/v1/traces`. */
  url: string;
  /** `service.name` of the spans, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say another. */
  serviceName: string;
  /** How long spans wait for company. Default OTEL_BSP_SCHEDULE_DELAY, else 5,000 milliseconds. */
  delayMs?: number;
}

/**
 * Exports the spans of this process by OTLP until disposed, or does nothing without settings: then the SDK is not even
 * loaded, and OpenTelemetry's API answers every call with a span that records nothing.
 *
 * OpenTelemetry's API is one per process by its makers' design: what runs in one process (`npm start`) shares it.
 */
export async function startTracing(
  settings: TracingSettings | undefined,
  log: Logger,
): Promise<AsyncDisposable> {
  if (settings === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { exportSpans } = await import("./export-spans.ts");
  return exportSpans(settings, log);
}
