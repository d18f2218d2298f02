import type { Logger } from "pino";

interface Failure {
  endpointId: string;
  deliveryId: string;
  type: string;
  status: number | null;
  error: { code: string; message: string };
  nextAttemptAt: Date;
}

interface FailureNotes {
  failed(failure: Failure): void;
  taken(endpointId: string): void;
  /** The endpoint receives nothing more. */
  forget(endpointId: string): void;
}

const EVERY_MS = 60_000;

/**
 * Logs failing endpoints: the first failure in full, then one count per minute, and the recovery. A receiver
 * that is down would otherwise fill the log.
 */
export function createFailureNotes(log: Logger, now: () => number = () => performance.now()): FailureNotes {
  const failing = new Map<string, { failures: number; loggedAtMs: number }>();
  return {
    failed(failure) {
      const { endpointId, status, error } = failure;
      const known = failing.get(endpointId);
      if (known === undefined) {
        failing.set(endpointId, { failures: 0, loggedAtMs: now() });
        log.info(failure, "webhook.not-accepted");
        return;
      }
      known.failures += 1;
      if (now() - known.loggedAtMs < EVERY_MS) return;
      log.info({ endpointId, failures: known.failures, status, error }, "webhook.failing");
      failing.set(endpointId, { failures: 0, loggedAtMs: now() });
    },
    taken(endpointId) {
      if (failing.delete(endpointId)) log.info({ endpointId }, "webhook.recovered");
    },
    forget: (endpointId) => void failing.delete(endpointId),
  };
}
