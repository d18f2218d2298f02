/** API keys and their viewers. */
export { createApiKey, requestApiKey, revokeApiKey } from "./api-keys.ts";
export {
  type Authenticate,
  authenticate,
  createAuthenticate,
  tokenIn,
  tokenInPayload,
} from "./authenticate.ts";
export { type Grant, grantNames, type UploadGrant } from "./grant.ts";
export { atKeyEnd, atKeyExpiry, type KeyChecks } from "./key-end.ts";
export { lockOwnVideo, lockVideo, videoNotFound } from "./own-video.ts";
export { isLiveToken } from "./read-token.ts";
export { hasScope, requireScope, type Viewer } from "./viewer.ts";
