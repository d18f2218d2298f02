/** Workers as jobs of a RunPod serverless endpoint. */
export { runpodServerless } from "./runpod-serverless.ts";
