/** Workers as predictions of a model on Replicate. */
export { replicate } from "./replicate.ts";
