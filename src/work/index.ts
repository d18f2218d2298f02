/** How much work a video is: learned from finished ones, by its kind and the class of machine. */
export { featuresOf, objectsOf, type VideoFacts } from "./features.ts";
export { predict, type Sample, type WorkShape } from "./predict.ts";
export {
  estimateWork,
  recordSample,
  trimSamples,
  type Work,
  type WorkBasis,
  type WorkKey,
} from "./samples.ts";
