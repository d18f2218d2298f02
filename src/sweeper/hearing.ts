/** How long after a disturbance silence means nothing: workers say that they live every five seconds, and what lay waiting comes first. */
const graceMs = 15_000;

/** Whether a worker's silence is its own. After an outage of the broker, of the database or of this process every lease looks overdue. */
export interface Hearing {
  /** Something was in the way of reports just now. */
  disturb(): void;
  /** Whether nothing has been for a while. */
  isClear(): boolean;
}

/** Not clear at first: a process that starts has heard nobody yet. */
export function createHearing(clock: () => Date): Hearing {
  let clearFrom = clock().getTime() + graceMs;
  return {
    disturb: () => {
      clearFrom = clock().getTime() + graceMs;
    },
    isClear: () => clock().getTime() >= clearFrom,
  };
}
