/** Why nothing was started, in a sentence that also says what to do. */
export { StartError } from "@reelay/process";
