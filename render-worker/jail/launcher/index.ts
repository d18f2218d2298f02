/** The launcher of jailed programs: a script that confines its own process and then becomes the program. */

export { callDirectives } from "./call-directives.ts";
export { confineScript, OWN_PID_PLACEHOLDER } from "./confine.ts";
export { prepareScript } from "./prepare.ts";
export { setupCalls, setupDirectives } from "./setup.ts";
export { superviseScript } from "./supervise.ts";
