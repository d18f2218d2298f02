/** Metrics and traces of the API. */

export { createMetrics, type Metrics } from "./metrics.ts";
export type { Measurement } from "./playback-metrics.ts";
export { useTelemetry } from "./use-telemetry.ts";
