/** Isolates the programs that open untrusted files. */
export {
  createJail,
  type JailOptions,
  JailUnavailableError,
  jailsFrom,
  type Sandbox,
  sandboxes,
} from "./create-jail.ts";
export { findProgram } from "./find-program.ts";
export type { Jail, JailedCommand, JailRequest, ProcessEnd } from "./jail.ts";
export { logJail } from "./log-jail.ts";
export { createNoJail } from "./no-jail.ts";
