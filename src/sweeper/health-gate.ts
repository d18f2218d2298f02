/** Grace period after a disturbance: workers report every five seconds, and queued reports come first. */
const GRACE_MS = 15_000;

/**
 * Decides whether a worker's silence is its own. After an outage of the broker, the database or this process
 * every lease looks overdue.
 */
interface HealthGate {
  /** Reports were just disturbed. */
  disturb(): void;
  /** True if there was no disturbance for a while. */
  isClear(): boolean;
}

/** Not clear at first: a new process has received no report yet. */
export function createHealthGate(clock: () => Date): HealthGate {
  let clearFrom = clock().getTime() + GRACE_MS;
  return {
    disturb: () => {
      clearFrom = clock().getTime() + GRACE_MS;
    },
    isClear: () => clock().getTime() >= clearFrom,
  };
}
