/** Why an attempt is stopped before its end. The reason of its abort signal. */
export class StopError extends Error {
  /** `CANCELED` by the user, `LEASE_LOST` to another attempt, `INTERRUPTED` by the worker's own shutdown. */
  readonly reason: "CANCELED" | "LEASE_LOST" | "INTERRUPTED";
  /** With `LEASE_LOST`: what of its output is to stay, where the API said so. */
  readonly keep: readonly string[] | undefined;

  constructor(reason: StopError["reason"], keep?: readonly string[]) {
    super(`The attempt was stopped: ${reason}.`);
    this.name = "StopError";
    this.reason = reason;
    this.keep = keep;
  }
}
