/** Downloads a source from its URL. */
export { beginDownload, type Download } from "./download.ts";
export type { FetchPolicy } from "./fetch-policy.ts";
export { Growth } from "./growth.ts";
