/** The object store: a port with adapters, shared by the API and workers. */

export { assertReachable } from "./assert-reachable.ts";
export * from "./cache-control.ts";
export * from "./content-type.ts";
export { crc32cOf } from "./crc32c.ts";
export * from "./errors.ts";
export * from "./file-lock.ts";
export { createGatewayObjectStore } from "./gateway-object-store.ts";
export * from "./gcs-object-store.ts";
export * from "./local-object-store.ts";
export * from "./object-key.ts";
export * from "./object-store.ts";
export { readOrNull } from "./read-or-null.ts";
