/** What the kinds that render a video's variants share. */
export { applyRender } from "./apply-render.ts";
export { type DescribedPlan, describePlan } from "./describe-plan.ts";
export { planJoined } from "./parts/plan-joined.ts";
export { planRetry } from "./parts/plan-retry.ts";
export { chunkTask, JobPlan, type PlannedPart, readGrid, toSpans } from "./parts/plan-tasks.ts";
export { asksForStoryboard } from "./render-params.ts";
export { retryRender } from "./retry-render.ts";
export { retryVariant } from "./retry-variant.ts";
export {
  applyAccount,
  belowMinimum,
  planEncoderChanges,
  planState,
  qualityNote,
  type VariantsReport,
  type VideoRows,
  videoRows,
} from "./state/index.ts";
