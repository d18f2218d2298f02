/** What the back ends on Google Cloud share: credentials, requests, refusals, settings. */
export { openGoogleApi, secretsOf } from "./google-api.ts";
export { assertOwn, isOld, isOwn, managed } from "./labels.ts";
export * as settings from "./settings.ts";
