export {
  type CreatedToken,
  createUploadToken,
  createViewerToken,
  type UploadTokenInput,
} from "./create-token.ts";
export { maySee } from "./may-see.ts";
export { isLiveToken } from "./read-token.ts";
export { forgetTokens, revokeToken } from "./revoke-token.ts";
