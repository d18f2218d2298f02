/** What can be done with jobs, and how long they wait. */
export { cancelJob } from "./cancel-job.ts";
export { estimate } from "./estimate.ts";
export { pauseQueue, resumeQueue } from "./pause-queue.ts";
export { prioritizeJob } from "./prioritize-job.ts";
export { type LaneOverview, type PoolOverview, queueOverview, queuePosition } from "./queue.ts";
export { countActive } from "./quota.ts";
export { retryJob } from "./retry-job.ts";
export { type WaitCode, waits } from "./wait-reason.ts";
