/** The operations that resolvers delegate to. */
export type { OperationDeps } from "../src/deps.ts";
export {
  cancelJob,
  type PoolOverview,
  queueOverview,
  queuePosition,
  retryJob,
  waitReason,
} from "../src/jobs/index.ts";
export { defaultProfile, profiles } from "../src/profiles/index.ts";
export {
  completeUpload,
  createVideo,
  deleteVideo,
  updateVideo,
} from "../src/videos/index.ts";
