import { inSpan, traceFrom } from "@reelay/telemetry";
import type { HeldAttempt } from "../jobs/hold-attempt.ts";

/**
 * A span in the job's trace for the end of an attempt whose own span never arrives, because its worker is
 * gone.
 */
export function inReclaimSpan(
  attempt: HeldAttempt,
  outcome: string,
  work: () => Promise<void>,
): Promise<void> {
  const { job } = attempt.task;
  const attributes = {
    "reelay.video.id": job.videoId,
    "reelay.job.id": job.id,
    "reelay.task.id": attempt.taskId,
    "reelay.attempt.id": attempt.id,
    "reelay.worker.id": attempt.workerId,
    "reelay.attempt.outcome": outcome,
  };
  const parent = traceFrom({ traceparent: job.traceParent });
  return inSpan("reelay-api", "take back", { parent, attributes }, work);
}
