import { createPubSubMessaging, type Messaging } from "@reelay/messaging";
import { createGcsObjectStore, createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { WorkerEnv } from "./env.ts";

/** The store that the environment names. */
export function createStore(store: WorkerEnv["store"]): ObjectStore {
  return store.kind === "local" ? createLocalObjectStore(store) : createGcsObjectStore(store);
}

/** The broker that the environment names. */
export function createMessaging(pubsub: WorkerEnv["pubsub"], log: Logger): Messaging {
  return createPubSubMessaging({ ...pubsub, log: (event, fields) => log.warn(fields, event) });
}
