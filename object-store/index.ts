/** The object store: a port with adapters, used by the API and by workers. */
export * from "./errors.ts";
export * from "./object-store.ts";
