/** The operations that resolvers delegate to. */
export { captionsNotFound, removeCaptions, setCaptions } from "../src/captions/index.ts";
export { type DescribedDamage, describeDamages, repairVideo } from "../src/damage/index.ts";
export type { OperationDeps } from "../src/deps.ts";
export { readSlots } from "../src/dispatcher/index.ts";
export {
  type Changes,
  type EventCodec,
  type EventStart,
  type LoggedEvent,
  placeOf,
  sequenceEvents,
} from "../src/events/index.ts";
export { requestDownload, requestPreview, setPoster } from "../src/follow-ups/index.ts";
export {
  cancelJob,
  type DescribedPlan,
  describePlan,
  estimate,
  headEndMs,
  isFor,
  type JobFilter,
  jobWhere,
  type LaneOverview,
  type PoolOverview,
  pauseQueue,
  prioritizeJob,
  queueOverview,
  queuePosition,
  type RetriedJobs,
  resumeQueue,
  retryJob,
  retryJobs,
  retryVariant,
  variantNotFound,
  type WaitCode,
  waits,
} from "../src/jobs/index.ts";
export {
  addressBelow,
  createPlaybackToken,
  isLive,
  type PlaybackToken,
  type Purpose,
  revokeSigningKey,
  rotateSigningKey,
  setDefaultPolicy,
  signingKeyNotFound,
} from "../src/playback-access/index.ts";
export {
  createProfile,
  defaultProfile,
  deleteProfile,
  findProfile,
  listProfiles,
  updateProfile,
} from "../src/profiles/index.ts";
export { taskFraction } from "../src/progress/index.ts";
export { type QuotaState, readQuotas, setQuotas } from "../src/quotas/index.ts";
export { SecretUnreadableError } from "../src/secrets/index.ts";
export {
  type CreatedToken,
  createUploadToken,
  createViewerToken,
  isLiveToken,
  maySee,
  revokeToken,
} from "../src/tokens/index.ts";
export {
  completeUpload,
  createVideo,
  deleteVideo,
  updateVideo,
  videoNotFound,
} from "../src/videos/index.ts";
export {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  deliveryNotFound,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  endpointNotFound,
  messageIdOf,
  redeliverFailedWebhooks,
  redeliverWebhook,
  rotateWebhookSecret,
  sendTestWebhook,
  testType,
  updateWebhookEndpoint,
  webhookSecretContext,
} from "../src/webhooks/index.ts";
