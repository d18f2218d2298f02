/** Checks of sources, beside the tasks of a worker. */
export { takeChecks } from "./take-checks.ts";
