/** Operations on jobs, and estimates of how long they wait. */
export { errorOf } from "../database/index.ts";
export { applyUnfinished } from "./apply-unfinished.ts";
export { cancelJob } from "./cancel-job.ts";
export { cancelVideo } from "./cancel-video.ts";
export { type Chunk, type Reuse, readChanges, readChunks, readDrawn, readReuse } from "./chunks.ts";
export { assertPublishedIdle, createEditionJob } from "./create-edition-job.ts";
export { createJob, releaseJob } from "./create-job.ts";
export { createRestTasks, type PlannedTask } from "./create-rest-tasks.ts";
export { completeTask, endAttempt } from "./end-attempt.ts";
export { estimate } from "./estimate.ts";
export { type HeldAttempt, holdAttempt } from "./hold-attempt.ts";
export { type JobFilter, jobWhere } from "./job-filter.ts";
export { awaitVariants, isFor, type JobScope, unfinishedVariants } from "./job-variants.ts";
export type {
  HeldReport,
  KindOperations,
  KindRegistry,
  ScopedTask,
  StateReport,
  TaskScope,
} from "./kind-operations.ts";
export { leaseFrom } from "./lease.ts";
export {
  editionMayBecome,
  editionMayRetryAs,
  variantMayBecome,
  videoMayBecome,
  videoMayRetryAs,
} from "./may-become.ts";
export { namedKeys, readNamedOutput } from "./named-output.ts";
export { jobUnderWay, lockOwnJob } from "./own-job.ts";
export { pauseQueue, resumeQueue } from "./pause-queue.ts";
export { prioritizeJob } from "./prioritize-job.ts";
export { type LaneOverview, type PoolOverview, queueOverview, queuePosition } from "./queue.ts";
export { redirectToTool, toolMissed } from "./redirect-to-tool.ts";
export { removeSuperseded } from "./remove-superseded.ts";
export { retireOutput } from "./retire-output.ts";
export { canceled, type JobEnd, settleJob } from "./settle-job.ts";
export { stopOpenAttempts, toStopMessage } from "./stop-attempts.ts";
export { forEdition, type SplitLimits, type TaskWithAll, taskParams, taskWithAll } from "./task-rows.ts";
export { DEFAULT_GPU_PATIENCE_MS, type WaitCode, waits } from "./wait-reason.ts";
