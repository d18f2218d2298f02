import { constants } from "node:os";

/** For work on idle CPU time: encodes have priority. */
export const behindOthers = constants.priority.PRIORITY_LOW;
