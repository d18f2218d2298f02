/** Live progress: what viewers see while it happens. */
export { createLiveProgress, type LiveProgressOptions } from "./create-live-progress.ts";
export type { LiveProgress, LiveVariant, VideoSnapshot } from "./live-progress.ts";
export { createSharedExecution, type SharedExecutionHooks, sharingKeyOf } from "./shared-execution.ts";
