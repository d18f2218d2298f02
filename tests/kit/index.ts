export { type ApiClient, createApiClient, documents } from "./api-client.ts";
export { type EventuallyOptions, eventually } from "./eventually.ts";
export { freePort } from "./free-port.ts";
export { patientTransactions } from "./patient-transactions.ts";
export { type ApiProcess, type Fleet, startFleet } from "./start-fleet.ts";
export { type TestProcess } from "./start-process.ts";
export { type System, type SystemOptions, startSystem } from "./start-system.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
