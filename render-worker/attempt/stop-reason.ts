/** Why an attempt is stopped before its end. The reason of its abort signal. */
export class StopError extends Error {
  /** `CANCELED` by the user, `LEASE_LOST` to another attempt, `INTERRUPTED` by the worker's own shutdown. */
  readonly reason: "CANCELED" | "LEASE_LOST" | "INTERRUPTED";

  constructor(reason: StopError["reason"]) {
    super(`The attempt was stopped: ${reason}.`);
    this.name = "StopError";
    this.reason = reason;
  }
}
