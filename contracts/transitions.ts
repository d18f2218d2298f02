/**
 * The state machines of videos, variants, editions, jobs, tasks and batches: for each status, those that one
 * write may set next. A status may always be kept. The API's conditions, the tests and the chaos audit read
 * these tables.
 */
import type {
  BatchRowStatus,
  BatchStatus,
  EditionStatus,
  JobStatus,
  VariantStatus,
  VideoStatus,
} from "./states.ts";

export type Transitions<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

export const videoTransitions: Transitions<VideoStatus> = {
  // PLAYABLE directly when the head was rendered while the upload was still arriving.
  AWAITING_SOURCE: ["PROCESSING", "PLAYABLE", "FAILED"],
  PROCESSING: ["PLAYABLE", "READY", "FAILED"],
  // Back to PROCESSING or AWAITING_SOURCE when an attempt had to remove everything that played.
  PLAYABLE: ["READY", "FAILED", "PROCESSING", "AWAITING_SOURCE"],
  READY: [],
  FAILED: [],
};

/** Transitions that only a retry makes, in the transaction that creates its job. */
export const videoRetries: Transitions<VideoStatus> = {
  AWAITING_SOURCE: [],
  PROCESSING: [],
  PLAYABLE: [],
  READY: ["PLAYABLE"],
  FAILED: ["AWAITING_SOURCE", "PROCESSING"],
};

export const variantTransitions: Transitions<VariantStatus> = {
  PENDING: ["RENDERING", "READY", "SKIPPED", "FAILED", "CANCELED"],
  // Back to PENDING for the next attempt.
  RENDERING: ["PENDING", "READY", "SKIPPED", "FAILED", "CANCELED"],
  READY: [],
  SKIPPED: [],
  FAILED: [],
  CANCELED: [],
};

/** Transitions that only a retry makes, in the transaction that creates its job. */
export const variantRetries: Transitions<VariantStatus> = {
  PENDING: [],
  RENDERING: [],
  READY: [],
  SKIPPED: [],
  FAILED: ["PENDING"],
  CANCELED: ["PENDING"],
};

export const editionTransitions: Transitions<EditionStatus> = {
  RENDERING: ["PUBLISHED", "FAILED", "CANCELED"],
  PUBLISHED: ["REPLACED"],
  REPLACED: [],
  FAILED: [],
  CANCELED: [],
};

/** Transitions that only a retry makes, in the transaction that creates its job. */
export const editionRetries: Transitions<EditionStatus> = {
  RENDERING: [],
  PUBLISHED: [],
  REPLACED: [],
  FAILED: ["RENDERING"],
  CANCELED: ["RENDERING"],
};

/** Jobs and tasks. Only work that has run succeeds. */
export const jobTransitions: Transitions<JobStatus> = {
  PENDING: ["QUEUED", "FAILED", "CANCELED"],
  QUEUED: ["RUNNING", "FAILED", "CANCELED"],
  // Back to QUEUED for the next attempt; back to PENDING when only the rest of the upload allows more work.
  RUNNING: ["QUEUED", "PENDING", "SUCCEEDED", "FAILED", "CANCELED"],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

/** Triggers of the database refuse all others. */
export const batchTransitions: Transitions<BatchStatus> = {
  CHECKING: ["CHECKED", "FAILED", "CANCELED"],
  // Back to CHECKING with other rows.
  CHECKED: ["RUNNING", "CHECKING", "CANCELED"],
  RUNNING: ["PAUSED", "SUCCEEDED", "PARTIAL", "CANCELED"],
  // Videos that were requested before the pause end, and they may be the last ones.
  PAUSED: ["RUNNING", "CHECKING", "SUCCEEDED", "PARTIAL", "CANCELED"],
  SUCCEEDED: ["CHECKING"],
  // RUNNING when rows are retried.
  PARTIAL: ["RUNNING", "CHECKING"],
  CANCELED: ["RUNNING", "CHECKING"],
  FAILED: ["CHECKING"],
};

/** A row follows its video. Triggers of the database refuse all other transitions. */
export const batchRowTransitions: Transitions<BatchRowStatus> = {
  // Without a video, or with one that is to be rendered again.
  VALID: ["INVALID", "QUEUED", "RUNNING", "READY", "FAILED", "CANCELED"],
  INVALID: [],
  DUPLICATE: [],
  QUEUED: ["RUNNING", "READY", "FAILED", "CANCELED"],
  RUNNING: ["QUEUED", "READY", "FAILED", "CANCELED"],
  // VALID when its data was replaced; the others when a retry renders a missing variant.
  READY: ["VALID", "QUEUED", "RUNNING"],
  // VALID when the batch retries it, the others when its job is retried.
  FAILED: ["VALID", "QUEUED", "RUNNING"],
  CANCELED: ["VALID", "QUEUED", "RUNNING"],
};

/** The other statuses from which a write may set `to`. */
export function statusesBefore<Status extends string>(
  to: Status,
  ...tables: readonly Transitions<Status>[]
): Status[] {
  const leadsTo = (transitions: Transitions<Status>) =>
    (Object.keys(transitions) as Status[]).filter((from) => transitions[from].includes(to));
  return tables.flatMap(leadsTo);
}

/** A terminal job or task never changes its status again. */
export const isTerminal = (status: JobStatus): boolean => jobTransitions[status].length === 0;

/** A settled variant has nothing left to render in its present job. */
export const isSettled = (status: VariantStatus): boolean => variantTransitions[status].length === 0;
