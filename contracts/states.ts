/** States and other enumerations, spelled alike in Prisma, GraphQL, messages and the console. */

export const videoStatuses = ["AWAITING_SOURCE", "PROCESSING", "PLAYABLE", "READY", "FAILED"] as const;
export type VideoStatus = (typeof videoStatuses)[number];

export const variantStatuses = ["PENDING", "RENDERING", "READY", "SKIPPED", "FAILED", "CANCELED"] as const;
export type VariantStatus = (typeof variantStatuses)[number];

/** States of jobs and tasks. */
export const jobStatuses = ["PENDING", "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** States of an edition. `REPLACED`: it was published, and a newer one is now. */
export const editionStatuses = ["RENDERING", "PUBLISHED", "REPLACED", "FAILED", "CANCELED"] as const;
export type EditionStatus = (typeof editionStatuses)[number];

/**
 * How an attempt ended. `FAILED` may be tried again, `REJECTED` never. `INTERRUPTED` (shutdown, a copy while
 * all slots were taken, or an upload that has not progressed) uses no try.
 */
export const attemptOutcomes = [
  "COMPLETED",
  "FAILED",
  "REJECTED",
  "CANCELED",
  "INTERRUPTED",
  "LOST",
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export const jobPriorities = ["INTERACTIVE", "STANDARD", "BULK"] as const;
export type JobPriority = (typeof jobPriorities)[number];

/** Kind of worker that a task may run on. */
export const pools = ["cpu", "gpu"] as const;
export type Pool = (typeof pools)[number];

/** Strength of the jail around a worker's programs, weakest first. */
export const jailLevels = ["NONE", "LIMITED", "FULL"] as const;
export type JailLevel = (typeof jailLevels)[number];

/** Importance of rungs. `CRITICAL` ones decide whether a viewer can play at all. */
export const tiers = ["CRITICAL", "STANDARD", "PREMIUM"] as const;
export type Tier = (typeof tiers)[number];

/** Statuses of a job or task that has not ended. */
export const activeJobStatuses = ["PENDING", "QUEUED", "RUNNING"] as const satisfies readonly JobStatus[];

/**
 * `CHECKING`: its rows are read and checked. `CHECKED`: waits for its start. `SUCCEEDED`: every row is READY
 * or a duplicate. `PARTIAL`: ended, and others exist. `FAILED`: the check could not be carried out.
 */
export const batchStatuses = [
  "CHECKING",
  "CHECKED",
  "RUNNING",
  "PAUSED",
  "SUCCEEDED",
  "PARTIAL",
  "CANCELED",
  "FAILED",
] as const;
export type BatchStatus = (typeof batchStatuses)[number];

/** `VALID` rows wait for their video. `INVALID` and `DUPLICATE` ones never get one. */
export const batchRowStatuses = [
  "VALID",
  "INVALID",
  "DUPLICATE",
  "QUEUED",
  "RUNNING",
  "READY",
  "FAILED",
  "CANCELED",
] as const;
export type BatchRowStatus = (typeof batchRowStatuses)[number];
