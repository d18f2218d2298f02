/** Operations on jobs, and estimates of how long they wait. */

export { errorOf } from "../database/error-column.ts";
export { cancelJob } from "./cancel-job.ts";
export { cancelVideo } from "./cancel-video.ts";
export { estimate } from "./estimate.ts";
export { type JobFilter, jobWhere } from "./job-filter.ts";
export { isFor } from "./job-variants.ts";
export { pauseQueue, resumeQueue } from "./pause-queue.ts";
export { prioritizeJob } from "./prioritize-job.ts";
export { type LaneOverview, type PoolOverview, queueOverview, queuePosition } from "./queue.ts";
export { type WaitCode, waits } from "./wait-reason.ts";
