export { isLiveToken } from "../auth/index.ts";
export {
  type CreatedToken,
  createUploadToken,
  createViewerToken,
  type UploadTokenInput,
} from "./create-token.ts";
export { visibleTo } from "./may-see.ts";
export { forgetTokens, revokeToken } from "./revoke-token.ts";
