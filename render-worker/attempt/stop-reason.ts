/** Why an attempt is stopped before its end. The reason of its abort signal. */
export class StopError extends Error {
  /** `CANCELED` by a user, `LEASE_LOST` to another attempt, `INTERRUPTED` by the worker's shutdown. */
  readonly reason: "CANCELED" | "LEASE_LOST" | "INTERRUPTED";
  /** With `LEASE_LOST`: output to keep, if the API listed it. */
  readonly keep: readonly string[] | undefined;

  constructor(reason: StopError["reason"], keep?: readonly string[]) {
    super(`The attempt was stopped: ${reason}.`);
    this.name = "StopError";
    this.reason = reason;
    this.keep = keep;
  }
}
