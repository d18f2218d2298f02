/** The kinds of jobs, and the operations that depend on the kind. */
export { requestDownload } from "./download/index.ts";
export { setPoster } from "./poster/index.ts";
export { requestPreview } from "./preview/index.ts";
export { kinds, taskScope } from "./registry.ts";
export {
  belowMinimum,
  type DescribedPlan,
  describePlan,
  qualityNote,
  retryVariant,
} from "./render/index.ts";
export { REPAIR_PAUSE_MS, repairAutomatically, repairVideo } from "./repair/index.ts";
export { retryJob, retryVideo } from "./retry-job.ts";
export { type RetriedJobs, retryJobs } from "./retry-jobs.ts";
