import { constants } from "node:os";

/**
 * For encodes: a copy that lets another video play early has priority, and so has the API beside the worker.
 */
export const behindCopies = constants.priority.PRIORITY_BELOW_NORMAL;
/** For work on idle CPU time: encodes have priority. */
export const behindOthers = constants.priority.PRIORITY_LOW;
