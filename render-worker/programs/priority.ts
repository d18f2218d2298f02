import { constants } from "node:os";

/** For what only takes CPU time that nothing else wants: encodes go first. */
export const behindOthers = constants.priority.PRIORITY_LOW;
