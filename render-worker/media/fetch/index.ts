/** Downloads a source from its URL. */
export { beginDownload, type Download } from "./download.ts";
export { explainFetchFailure } from "./explain-failure.ts";
export type { FetchPolicy } from "./fetch-policy.ts";
export { Growth } from "./growth.ts";
export { Origin } from "./origin.ts";
