/**
 * `node scripts/run.mjs PROGRAM ARGS…`: what every npm script begins with. Runs on any Node from 18 on:
 * installs what is missing, then runs PROGRAM, a file of ours or a command of a dependency, on the Node 24
 * that was installed. Options before a file (`--no-deprecation`) are Node's. Without PROGRAM it only
 * installs.
 *
 * This is no `prestart` hook, because npm leaves hooks out where it is configured with `ignore-scripts`. The
 * scripts begin with `exec`, because a shell between npm and this process (Debian's stays) dies of a signal
 * without passing it on, and npm then ends before the program does. `exec.cmd` makes the same lines run on
 * Windows.
 */
import path from "node:path";
import { endAs } from "./install/end-as.mjs";
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
  const env = {
    // Starting a process of ours takes half the processor time when its modules are compiled already.
    NODE_COMPILE_CACHE: path.join(ROOT, "node_modules", ".cache", "reelay-compile"),
    ...process.env,
    // Commands of dependencies ask for `node` by name.
    PATH: [path.dirname(node), bin, process.env.PATH].join(path.delimiter),
  };
  const options = { env, cwd: ROOT };
  if (isForNode) endAs(node, [program, ...args], options);
  else endAs(path.join(bin, program), args, { ...options, shell: process.platform === "win32" });
}
