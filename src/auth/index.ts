/** API keys and their viewers. */
export { requestApiKey, revokeApiKey } from "./api-keys.ts";
export { hasScope, requireScope, type Viewer } from "./viewer.ts";
