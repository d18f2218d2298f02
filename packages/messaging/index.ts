/** Messaging over Google Pub/Sub, for the API and for workers. */

export {
  createGatewayMessaging,
  GatewayRefusedError,
  joinGateway,
} from "./gateway-messaging.ts";
export * from "./messaging.ts";
export * from "./pubsub-messaging.ts";
export { assertCredentials } from "./pubsub-messaging.ts";
export { isBrokerAway, type Patience, retryWhileAway } from "./retry-while-away.ts";
export * from "./topology.ts";
export { messageAttributes, traceOf, withActiveTrace } from "./trace-context.ts";
