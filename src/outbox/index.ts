/** Messages that are stored with the change that they announce, and then published. */

export { addToOutbox } from "./add-to-outbox.ts";
export { startRelay } from "./relay.ts";
