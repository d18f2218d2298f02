/** The API: connects its parts and serves them over HTTP. */

export { STOP_WITHIN_MS, startApi } from "./start-api.ts";
