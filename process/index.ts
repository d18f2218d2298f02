/** What every process of ours does alike: reads its environment, and is told to stop. */
export { docs, list } from "./field-docs.ts";
export { type Environment, type Read, readFields } from "./read-fields.ts";
export { logEnvFields, pubsubEnvFields, storeEnvFields, toGcsStore, toPubSub } from "./shared-fields.ts";
export { onStopSignals, untilTold } from "./stop-signals.ts";
