/** Which workers are alive. */
export { workerSilenceMs } from "./alive.ts";
