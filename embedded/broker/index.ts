/** An in-process Pub/Sub server for the embedded system and tests. */
export { createBroker } from "./create-broker.ts";
