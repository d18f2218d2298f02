/** Which workers are alive. */
export { workerSilenceMs } from "./alive.ts";
export { readSlots } from "./read-slots.ts";
