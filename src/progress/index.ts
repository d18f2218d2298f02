/** Live progress of videos for their viewers. */
export { createLiveProgress } from "./create-live-progress.ts";
export type { LiveProgress, LiveVariant, VideoSnapshot } from "./live-progress.ts";
export { ofWholeVideo } from "./of-whole-video.ts";
export { readShares } from "./read-shares.ts";
export { readSteps, shownStepIn } from "./read-steps.ts";
export { createSharedExecution, sharingKeyOf } from "./shared-execution.ts";
export { sumProgress } from "./sum-progress.ts";
export { addProgress, liveFraction, TaskProgress, taskFraction } from "./task-progress.ts";
export { variantFraction, videoProgress } from "./video-progress.ts";
export { watchVideos } from "./watch-videos.ts";
