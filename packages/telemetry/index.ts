/** What API and workers share to be seen from outside: logs without secrets, and traces by OpenTelemetry. */
export { activeTraceParent, traceFrom } from "./active-trace.ts";
export { inSpan, type SpanOptions } from "./in-span.ts";
export { createLogSink, LogFullError, type LogSink } from "./log-sink.ts";
export { openLogFile } from "./log-target.ts";
export { createLogger, type LoggerOptions, openStandardOutput } from "./logger.ts";
export { startTracing, type TracingSettings } from "./tracing.ts";
export { toTracingSettings, tracingEnvFields } from "./tracing-env.ts";
