/** The ordered log of state changes: one writer (`record-change.ts`), many readers. */
export { createEventLog } from "./create-event-log.ts";
export type { EventCodec } from "./event-codec.ts";
export type { Changes, EventLog, EventStart } from "./event-log.ts";
export { eventTypes } from "./event-types.ts";
export { forgetEvents } from "./forget-events.ts";
export { type LoggedEvent, placeOf } from "./read-events.ts";
export {
  type Change,
  recordChange,
  recordOperatorEvents,
  recordWorkspaceEvent,
  type Tx,
} from "./record-change.ts";
export { sequenceEvents } from "./sequence-events.ts";
