/** Messaging over Google Pub/Sub, for the API and for workers. */
export { assertCredentials } from "./credentials.ts";
export * from "./messaging.ts";
export * from "./pubsub-messaging.ts";
export * from "./topology.ts";
export { messageAttributes, traceOf, withActiveTrace } from "./trace-context.ts";
export { isBrokerAway, type Patience, untilThere } from "./until-there.ts";
