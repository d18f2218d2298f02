import { SpanKind } from "@opentelemetry/api";
import type { Report, WorkerSeen } from "@reelay/contracts";
import { type Delivery, messageAttributes, projectorReports, traceOf } from "@reelay/messaging";
import { inSpan } from "@reelay/telemetry";

/**
 * Applies a state report in a span of its attempt's trace, and the report of a check in the trace of its
 * request. Progress and heartbeats arrive several times a second and have no span.
 */
export function traced(delivery: Delivery, report: Report, apply: () => Promise<void>): Promise<void> {
  if (report.type === "worker.seen.v1" || report.type === "task.progressed.v1") return apply();
  const attributes = {
    ...messageAttributes("process", projectorReports.topic, report.type),
    ...subjectOf(report),
  };
  const options = { kind: SpanKind.CONSUMER, parent: traceOf(delivery), attributes };
  return inSpan("reelay-api", `process ${projectorReports.topic}`, options, apply);
}

const subjectOf = (report: Exclude<Report, WorkerSeen>): Record<string, string> =>
  "checkId" in report
    ? { "reelay.check.id": report.checkId }
    : {
        "reelay.video.id": report.videoId,
        "reelay.job.id": report.jobId,
        "reelay.task.id": report.taskId,
        "reelay.attempt.id": report.attemptId,
      };
