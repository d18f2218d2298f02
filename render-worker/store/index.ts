/** Writes and reads an attempt's objects, with retries and checksums. */
export { type KnownSums, readMade, readObject } from "./read-object.ts";
export { retryStore } from "./retry-store.ts";
export { storeOnce } from "./store-once.ts";
export { createSummingStore } from "./summing-store.ts";
