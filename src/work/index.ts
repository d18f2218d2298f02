/** How much work a video is: learned from finished ones, by its kind and the class of machine. */
export { featuresOf, objectsOf, sourceBytesOf, type VideoFacts } from "./features.ts";
export {
  estimateWork,
  learnWork,
  recordSample,
  trimSamples,
  type Work,
  type WorkBasis,
  type WorkKey,
} from "./samples.ts";
export { usualBytesPerSecond } from "./usual.ts";
