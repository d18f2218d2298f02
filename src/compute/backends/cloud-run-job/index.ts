/** Workers as Cloud Run jobs. */
export { cloudRunJob } from "./cloud-run-job.ts";
