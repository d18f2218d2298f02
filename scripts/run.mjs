/**
 * `node scripts/run.mjs PROGRAM ARGS…`: what every npm script begins with. Runs on any Node from 18 on: installs what is
 * missing, then runs PROGRAM, a file of ours or a command of a dependency, on the Node 24 that was installed. Options
 * before a file (`--watch`) are Node's. Without PROGRAM it only installs.
 *
 * This is no `prestart` hook, because npm leaves hooks out where it is configured with `ignore-scripts`. The scripts say
 * `exec`, so that no shell stands between npm and us: one that is signalled dies and tells nobody.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { ensureInstalled } from "./install/ensure-installed.mjs";
import { ROOT } from "./install/paths.mjs";

const [program, ...args] = process.argv.slice(2);

try {
  const node = await ensureInstalled();
  if (program !== undefined) run(node, program, args);
} catch (error) {
  console.error(error.expected ? error.message : error);
  process.exitCode = 1;
}

function run(node, program, args) {
  const isForNode = program.startsWith("--") || /\.(ts|mjs)$/.test(program);
  const bin = path.join(ROOT, "node_modules", ".bin");
  // Commands of dependencies ask for `node` by name.
  const env = { ...process.env, PATH: [path.dirname(node), bin, process.env.PATH].join(path.delimiter) };
  const options = { stdio: "inherit", env, cwd: ROOT };
  const child = isForNode
    ? spawn(node, [program, ...args], options)
    : spawn(path.join(bin, program), args, { ...options, shell: process.platform === "win32" });

  // The program decides how it ends, and we end as it did. A Ctrl-C reaches it up to three times at once: from the terminal,
  // from us, and from us again because npm passes it on too; signals in quick succession are one.
  const forward = (signal) => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  child.once("error", (error) => {
    console.error(`${program} could not be started: ${error.message}. Delete node_modules and try again.`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    for (const name of signals) process.removeListener(name, forward);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}
