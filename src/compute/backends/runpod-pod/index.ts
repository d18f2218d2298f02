/** Workers as RunPod pods. */
export { runpodPod } from "./runpod-pod.ts";
