/** What can be done with jobs, and how long they wait. */
export { cancelJob } from "./cancel-job.ts";
export { type PoolOverview, queueOverview, queuePosition, waitReason } from "./queue.ts";
export { retryJob } from "./retry-job.ts";
