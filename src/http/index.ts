/** GraphQL over HTTP and WebSocket, health and metrics. */

export { answerCors } from "./cors.ts";
export { answerGraphQL, answerGraphQLBody, createGraphQL, GRAPHQL_PATH } from "./graphql.ts";
export { type Check, createReadiness } from "./health.ts";
export { isOutage } from "./is-outage.ts";
export { refuseOverloaded, sendJson } from "./json.ts";
export { createMaskError, sendGraphQLError } from "./mask-error.ts";
export { answerMetrics, answerScaling, startMetricsServer } from "./metrics.ts";
export { pathOf } from "./path.ts";
export { createResolveDocument } from "./persisted-queries.ts";
export { playerPolicy } from "./player-policy.ts";
export { printSorted } from "./print-schema.ts";
export { assertDatabaseRoom, assertRoomIn } from "./room.ts";
export { createSchemaDocument, SCHEMA_PATH } from "./schema-document.ts";
export { createSecretFiles } from "./secret-files.ts";
export { seldom } from "./seldom.ts";
export { viewerOf } from "./viewer-of.ts";
export { serveWebSocket, type WebSocketHooks } from "./web-socket.ts";
