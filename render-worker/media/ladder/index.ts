/** The rungs that a profile makes of a source. */
export {
  commonFrameRate,
  isConstant,
  isSteady,
  isTooFast,
  MAX_FRAME_RATE,
  SLOW_RATE,
  strideFor,
} from "./frame-rate.ts";
export { type Ladder, type PlannedRung, planLadder } from "./plan-ladder.ts";
