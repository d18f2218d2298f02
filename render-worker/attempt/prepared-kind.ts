import type { Capabilities } from "@reelay/contracts";
import type { AttemptHost } from "./attempt-host.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptState } from "./state-cell.ts";

/** The part of a worker's offer that one kind decides. */
export interface KindOffer {
  /** The program that the kind runs on. */
  runtime: string;
  /** The runtime's version. */
  version: string;
  /** Names of the encoders that work. */
  encoders?: string[];
  /** Devices, and the encoders and decoders that work on them. */
  capabilities?: Capabilities;
}

/** A kind of task that this worker can do. The lifecycle of an attempt knows nothing else about it. */
export interface PreparedKind {
  /** Does the task. Throws a `RenderError`, a `StopError` or the signal's reason when the attempt ends early. */
  run(attempt: AttemptHost): Promise<void>;
  /** The state to report at the end. Default: as it is. */
  settle?(state: AttemptState, outcome: Outcome): AttemptState;
  /** Keys of finished objects. They stay when the attempt ends early, because a later attempt may keep them. */
  finished(state: AttemptState): string[];
  offer(): KindOffer;
}
