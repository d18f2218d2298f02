/** Applies the reports of workers. */
import { isReport } from "@reelay/contracts";
import { projectorReports } from "@reelay/messaging";
import { applyReport } from "./apply-report.ts";
import type { ProjectorDeps } from "./deps.ts";
import { traced } from "./traced.ts";

export { endAttempt } from "../jobs/index.ts";
export { applyReport } from "./apply-report.ts";

/**
 * Consumes the shared subscription of reports until disposed. A report that cannot be applied is redelivered.
 */
export function startProjector(deps: ProjectorDeps): Promise<AsyncDisposable> {
  return deps.messaging.consume(
    projectorReports,
    async (delivery) => {
      const { message } = delivery;
      if (!isReport(message)) return;
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
    // Each holds a connection while it writes to the store. Half of the pool remains for requests, even if
    // the store is slow.
    { maxInFlight: 10 },
  );
}
