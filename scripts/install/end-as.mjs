/** Runs a program in place of this one: passes signals on to it, and ends as it does. */
import { spawn } from "node:child_process";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @param options of `child_process.spawn`. */
export function endAs(program, args, options) {
  const child = spawn(program, args, { stdio: "inherit", ...options });
  // A Ctrl-C reaches the program up to three times at once: from the terminal, from us, and from us again
  // because npm passes it on too. Signals in quick succession are one.
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const release = () => {
    for (const signal of SIGNALS) process.removeListener(signal, forward);
  };
  child.once("error", (error) => {
    release();
    console.error(`${program} could not be started: ${error.message}. Delete node_modules and try again.`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    release();
    if (signal !== null) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}
