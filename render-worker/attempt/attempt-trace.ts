import { type Context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { TaskRequested } from "@reelay/contracts";
import { type Delivery, messageAttributes, traceOf } from "@reelay/messaging";
import type { Outcome } from "./outcome.ts";
import type { AttemptRef } from "./reporter.ts";

/** Instrumentation scope of a worker's spans. */
export const TRACER_NAME = "reelay-worker";

/** The span of one attempt, from the task's message to its last report. */
export interface AttemptTrace {
  /** Parent of everything in the attempt; its reports carry it. */
  context: Context;
  /** Null: the task was returned. */
  end(outcome: Outcome | null): void;
}

/** Continues the trace of the task's message. */
export function startAttemptTrace(delivery: Delivery, task: TaskRequested, ref: AttemptRef): AttemptTrace {
  const parent = traceOf(delivery);
  const span = trace.getTracer(TRACER_NAME).startSpan(
    `process tasks-${task.pool}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        ...messageAttributes("process", "tasks", task.type),
        "messaging.destination.subscription.name": `tasks-${task.pool}`,
        "messaging.gcp_pubsub.message.delivery_attempt": delivery.deliveryAttempt,
        "reelay.video.id": ref.videoId,
        "reelay.job.id": ref.jobId,
        "reelay.task.id": ref.taskId,
        "reelay.attempt.id": ref.attemptId,
        "reelay.worker.id": ref.workerId,
      },
    },
    parent,
  );
  return {
    context: trace.setSpan(parent, span),
    end(outcome) {
      span.setAttribute("reelay.attempt.outcome", outcome?.kind ?? "GIVEN_BACK");
      if (outcome !== null && "error" in outcome) {
        span.setAttribute("error.type", outcome.error.code);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}
