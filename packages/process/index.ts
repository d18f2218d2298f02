/** What all our processes share: reading the environment, stopping on signals, ending after a crash. */

export { backoffMs } from "./backoff.ts";
export { ConcurrentDisposableStack } from "./concurrent-disposable-stack.ts";
export { catchCrashes, endOnCrash } from "./crashes.ts";
export { exitCodes } from "./exit-codes.ts";
export { docs, list } from "./field-docs.ts";
export { type Environment, type Read, readFields } from "./read-fields.ts";
export { restrictUmask } from "./restrict-umask.ts";
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
export { onStopSignals, waitForSignal } from "./stop-signals.ts";
export { supervise } from "./supervise.ts";
export { isRestarted } from "./supervisor-channel.ts";
