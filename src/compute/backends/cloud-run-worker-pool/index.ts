/** Workers as Cloud Run worker pools. */
export { cloudRunWorkerPool } from "./cloud-run-worker-pool.ts";
