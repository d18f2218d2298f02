/** The ordered log of state changes: one writer (`record-change.ts`), many readers. */
export { createEventLog } from "./create-event-log.ts";
export type { EventCodec } from "./event-codec.ts";
export type { Changes, EventLog, EventStart } from "./event-log.ts";
export { forgetEvents } from "./forget-events.ts";
export { type LoggedEvent, placeOf } from "./read-events.ts";
export { sequenceEvents } from "./sequence-events.ts";
