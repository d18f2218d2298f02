/** Applies what workers report. */
import { projectorReports } from "@reelay/messaging";
import { applyReport } from "./apply-report.ts";
import type { ProjectorDeps } from "./deps.ts";
import { traced } from "./traced.ts";

export { endAttempt } from "../jobs/end-attempt.ts";
export { applyReport } from "./apply-report.ts";

/**
 * Consumes the shared subscription of reports until disposed. A report that cannot be applied comes again.
 */
export function startProjector(deps: ProjectorDeps): Promise<AsyncDisposable> {
  return deps.messaging.consume(
    projectorReports,
    async (delivery) => {
      const { message } = delivery;
      if (message.type === "task.requested.v1" || message.type === "task.cancel-requested.v1") return;
      try {
        await traced(delivery, message, () => applyReport(deps, message));
      } catch (error) {
        const { type } = message;
        deps.log.error(
          { err: error, type, ...("videoId" in message && { videoId: message.videoId }) },
          "report.not-applied",
        );
        throw error;
      }
    },
    // Each holds a connection while it writes to the store: half of the pool is left to requests, however
    // slow the store is.
    { maxInFlight: 10 },
  );
}
