/** Workers as custom jobs of Vertex AI. */
export { vertexCustomJob } from "./vertex-custom-job.ts";
