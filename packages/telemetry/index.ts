/** Observability shared by API and workers: logs without secrets, and OpenTelemetry traces. */
export { activeTraceParent, traceFrom } from "./active-trace.ts";
export { inSpan, type SpanOptions } from "./in-span.ts";
export { createLogSink, LogFullError, type LogSink } from "./log-sink.ts";
export { openLogFile } from "./log-target.ts";
export { createLogger, type LoggerOptions, openStandardOutput } from "./logger.ts";
export { startTracing, type TracingSettings } from "./tracing.ts";
export { toTracingSettings, tracingEnvFields } from "./tracing-env.ts";
