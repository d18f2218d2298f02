/** Workers as processes on the machine of the API. */
export { localProcesses } from "./local-processes.ts";
