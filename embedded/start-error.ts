/** The reason why the system did not start, with the remedy. */
export { StartError } from "@reelay/process";
