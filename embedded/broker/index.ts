/** An in-process Pub/Sub server for the embedded system and for tests. */
export { createBroker } from "./create-broker.ts";
