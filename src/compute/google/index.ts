/** What the back ends on Google Cloud share: credentials, requests, refusals, settings. */
export {
  type CloudRunSettings,
  cloudRunFields,
  containerOf,
  Operation,
  placeOf,
  watchCreation,
} from "./cloud-run.ts";
export { openGoogleApi } from "./google-api.ts";
export { assertOwn, isOld, isOwn, managed } from "./labels.ts";
export * as settings from "./settings.ts";
export { openStandingMachines } from "./standing-machine.ts";
