/** The states of docs/explanation/consistency.md as tables: what each may become. Staying is always allowed; what is listed nowhere is not. Pure. */
import type { AttemptOutcome, JobStatus, VariantStatus, VideoStatus } from "@reelay/contracts";

/** READY and FAILED are left by a new job alone, see `checkTransitions`. */
export const videoTransitions: Record<VideoStatus, readonly VideoStatus[]> = {
  // Straight to PLAYABLE, when its head was made while the upload was under way.
  AWAITING_SOURCE: ["PROCESSING", "PLAYABLE", "FAILED"],
  PROCESSING: ["PLAYABLE", "READY", "FAILED"],
  // Back, when an attempt had to take away all that there was to play.
  PLAYABLE: ["READY", "FAILED", "PROCESSING", "AWAITING_SOURCE"],
  READY: [],
  FAILED: [],
};

/** By a retry, in the transaction that makes its job. */
export const videoTransitionsByRetry: Record<VideoStatus, readonly VideoStatus[]> = {
  AWAITING_SOURCE: [],
  PROCESSING: [],
  PLAYABLE: [],
  READY: ["PLAYABLE"],
  FAILED: ["AWAITING_SOURCE", "PROCESSING"],
};

export const variantTransitions: Record<VariantStatus, readonly VariantStatus[]> = {
  PENDING: ["RENDERING", "READY", "SKIPPED", "FAILED", "CANCELED"],
  RENDERING: ["PENDING", "READY", "SKIPPED", "FAILED", "CANCELED"],
  READY: [],
  SKIPPED: [],
  FAILED: [],
  CANCELED: [],
};

export const variantTransitionsByRetry: Record<VariantStatus, readonly VariantStatus[]> = {
  PENDING: [],
  RENDERING: [],
  READY: [],
  SKIPPED: [],
  FAILED: ["PENDING"],
  CANCELED: ["PENDING"],
};

/** Jobs and tasks. From PENDING or QUEUED to an end: canceled, or a lone late report that says everything at once. */
export const jobTransitions: Record<JobStatus, readonly JobStatus[]> = {
  PENDING: ["QUEUED", "CANCELED", "FAILED"],
  QUEUED: ["RUNNING", "SUCCEEDED", "FAILED", "CANCELED"],
  // Back to PENDING: begun while the source arrives, and nothing more can be done before it is whole.
  RUNNING: ["QUEUED", "PENDING", "SUCCEEDED", "FAILED", "CANCELED"],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

/** Null: open. */
export const isLegalOutcome = (before: AttemptOutcome | null, after: AttemptOutcome | null): boolean =>
  before === after || before === null;
