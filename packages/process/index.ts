/** What all our processes do alike: read their environment, stop when asked to, and end when they crash. */
export { closeToOthers } from "./close-to-others.ts";
export { catchCrashes, endOnCrash } from "./crashes.ts";
export { docs, list } from "./field-docs.ts";
export { type Environment, type Read, readFields } from "./read-fields.ts";
export { serveHttp } from "./serve-http.ts";
export {
  logEnvFields,
  optionalPort,
  pubsubEnvFields,
  storeEnvFields,
  toGcsStore,
  toPubSub,
} from "./shared-fields.ts";
export { explainStart, StartError, startStep, toSentence } from "./start-error.ts";
export { credentialsPart, startParts } from "./start-parts.ts";
export { onStopSignals, untilTold } from "./stop-signals.ts";
export { supervise } from "./supervise.ts";
export { isRestarted } from "./supervisor-channel.ts";
