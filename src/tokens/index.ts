export {
  type CreatedToken,
  createUploadToken,
  createViewerToken,
  type UploadTokenInput,
} from "./create-token.ts";
export { type Grant, grantNames, type UploadGrant } from "./grant.ts";
export { maySee } from "./may-see.ts";
export { forgetTokens, revokeToken } from "./revoke-token.ts";
export { applyGrant, rememberUploadedVideo, useUploadToken } from "./use-upload-token.ts";
