/** Live progress: what viewers see while it happens. */
export { createLiveProgress } from "./create-live-progress.ts";
export type { LiveProgress, LiveVariant } from "./live-progress.ts";
export { createSharedExecution, sharingKeyOf } from "./shared-execution.ts";
export { taskFraction } from "./task-progress.ts";
export { watchVideos } from "./watch-videos.ts";
