/** An in-process Pub/Sub server for the embedded system and for tests. */
export type { Clock } from "./clock.ts";
export { type Broker, type BrokerOptions, createBroker } from "./create-broker.ts";
