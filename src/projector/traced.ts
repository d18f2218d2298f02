import { SpanKind } from "@opentelemetry/api";
import type { Report } from "@reelay/contracts";
import { type Delivery, messageAttributes, projectorReports, traceOf } from "@reelay/messaging";
import { inSpan } from "@reelay/telemetry";

/**
 * Applies a state report in a span of its attempt's trace. Progress and heartbeats come several times a
 * second and get none.
 */
export function traced(delivery: Delivery, report: Report, apply: () => Promise<void>): Promise<void> {
  if (report.type === "worker.seen.v1" || report.type === "task.progressed.v1") return apply();
  const attributes = {
    ...messageAttributes("process", projectorReports.topic, report.type),
    "reelay.video.id": report.videoId,
    "reelay.job.id": report.jobId,
    "reelay.task.id": report.taskId,
    "reelay.attempt.id": report.attemptId,
  };
  const options = { kind: SpanKind.CONSUMER, parent: traceOf(delivery), attributes };
  return inSpan("reelay-api", `process ${projectorReports.topic}`, options, apply);
}
