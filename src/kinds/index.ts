/** The kinds of jobs, and the operations that depend on the kind. */
export { requestDownload } from "./download/request-download.ts";
export { setPoster } from "./poster/set-poster.ts";
export { requestPreview } from "./preview/request-preview.ts";
export { kinds } from "./registry.ts";
export { repairVideo } from "./repair/begin-repair.ts";
export { retryJob, retryVideo } from "./retry-job.ts";
export { type RetriedJobs, retryJobs } from "./retry-jobs.ts";
export { type DescribedPlan, describePlan, headEndMs } from "./transcode/describe-plan.ts";
export { retryVariant } from "./transcode/retry-variant.ts";
export { belowMinimum, qualityNote } from "./transcode/state/below-minimum.ts";
