/** Estimates of ffmpeg's memory. */
export {
  estimateNeed,
  type NeededRung,
  type NeededSource,
  type NeedInput,
  type Picture,
  type Threads,
} from "./estimate-need.ts";
export {
  backgroundNeed,
  comparisonNeed,
  downloadNeed,
  firstPictureNeed,
  lookNeed,
  loudnessNeed,
  otherPicturesNeed,
  piecesNeed,
  probeNeed,
  remuxNeed,
  storyboardNeed,
} from "./program-needs.ts";
