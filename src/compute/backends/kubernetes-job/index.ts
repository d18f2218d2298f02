/** Workers as Jobs of a Kubernetes cluster. */
export { kubernetesJob } from "./kubernetes-job.ts";
