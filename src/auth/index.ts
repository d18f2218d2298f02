/** API keys and the viewers that they stand for. */
export { requestApiKey, revokeApiKey } from "./api-keys.ts";
export { hasScope, requireScope, type Viewer } from "./viewer.ts";
