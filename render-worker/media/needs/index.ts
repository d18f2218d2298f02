/** Estimates of the memory that ffmpeg needs. */
export {
  estimateNeed,
  type NeededRung,
  type NeededSource,
  type NeedInput,
  type Threads,
} from "./estimate-need.ts";
export {
  comparisonNeed,
  downloadNeed,
  firstPictureNeed,
  lookNeed,
  loudnessNeed,
  piecesNeed,
  probeNeed,
  remuxNeed,
  storyboardNeed,
} from "./program-needs.ts";
