import { existsSync, readFileSync } from "node:fs";
import type { JailedCommand } from "../jail/index.ts";
import { commandLine } from "./command-line.ts";

/** Placeholder for the arguments in a command that is wrapped before they are known. */
export const ARGUMENTS_HERE = "@arguments@";

/**
 * Shell code that becomes a jailed command, with the shell's own arguments in place of `ARGUMENTS_HERE`. For
 * a starter that can only run a path with arguments and passes on its own environment. Keeps the process and
 * its id, and first writes a line with that id to standard error.
 *
 * @param options.hasInput whether the program gets the shell's standard input. Default: an empty one.
 */
export function launchScript(
  { file, args, env, extraFds }: JailedCommand,
  { hasInput = false }: { hasInput?: boolean } = {},
): string {
  if (args.at(-1) !== ARGUMENTS_HERE) throw new Error("A jail must put a program's arguments last.");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = [...toolIfThere("setsid"), ...["env", "-i", ...variables, file, ...args.slice(0, -1)]];
  return [
    // Descriptors are passed by their names: the shell may open the worker's files, in the same mode.
    ...extraFds.map((fd, index) => `exec ${index + 3}${redirection(fd)}/proc/${process.pid}/fd/${fd}`),
    `echo ${LAUNCHED}$$ >&2`,
    `exec ${commandLine("/usr/bin/env", command)} "$@"${hasInput ? "" : " </dev/null"}`,
  ].join("\n");
}

/** For reading, for writing, or for both: the two lowest bits of `flags` in proc_pid_fdinfo(5). */
function redirection(fd: number): string {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
  return ["<", ">", "<>"][Number.parseInt(flags, 8) & 3] ?? "<";
}

const LAUNCHED = "launched ";

/** The process id in the first line of a launch script's output. */
export const readLaunched = (line: string): number | null =>
  line.startsWith(LAUNCHED) ? Number(line.slice(LAUNCHED.length)) : null;

/** Absent on macOS, where a program stays in the worker's process group. */
const toolIfThere = (name: string): string[] =>
  ["/usr/bin", "/bin"].some((folder) => existsSync(`${folder}/${name}`)) ? [name] : [];
