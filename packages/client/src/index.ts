export {
  findUpload,
  forgetUpload,
  UploadError,
  type UploadErrorCode,
  type UploadFile,
  type UploadProgress,
  type UploadState,
} from "@reelay/upload";
export type { ChangesOptions } from "./changes.ts";
export type { CheckSourceFailure, CheckSourceResult } from "./check-source.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export type { CreateVideoFailure, CreateVideoResult, RequestOptions } from "./create-video.ts";
export { ReelayError, type ReelayErrorCode } from "./errors.ts";
export * from "./generated.ts";
export {
  type SignPlaybackToken,
  signPlaybackToken,
  withPlaybackToken,
} from "./playback/sign-playback-token.ts";
export { type Failure, type Result, unwrap } from "./results.ts";
export type { UploadVideoInput, UploadVideoOptions, VideoUpload } from "./upload-video.ts";
export { isSettled, type WatchListInput, type WatchOptions } from "./watch.ts";
export { type VerifyOptions, verifyWebhook, type WebhookHeaders } from "./webhooks/verify-webhook.ts";
export type { Webhook } from "./webhooks/webhook.ts";
export { WebhookError, type WebhookErrorCode } from "./webhooks/webhook-error.ts";
