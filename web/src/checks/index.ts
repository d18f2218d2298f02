/** Sources that are checked while they are written. */

export { createLatestOnly } from "./latest-only.ts";
export { requestCheck } from "./request-check.ts";
