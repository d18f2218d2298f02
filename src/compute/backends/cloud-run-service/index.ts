/** Workers as Cloud Run services. */
export { cloudRunService } from "./cloud-run-service.ts";
