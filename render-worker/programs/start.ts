import { spawn } from "node:child_process";
import { platform } from "node:os";
import { pipeline, type Readable } from "node:stream";
import type { JailedCommand, ProcessEnd } from "../jail/index.ts";
import { endGroup, signalTree } from "./process-tree.ts";

/** A running program. */
export interface Started {
  /** Undefined if the system does not provide it. */
  pid: number | undefined;
  /** Sends a signal to all its processes. */
  kill(signal: NodeJS.Signals): void;
}

interface Following {
  encoding: BufferEncoding;
  input: Readable | undefined;
  onStart(started: Started): void;
  onStdout(text: string): void;
  /** Takes the standard output instead of `onStdout`. */
  onOutput: ((output: Readable) => void) | undefined;
  onStderr(text: string): void;
  /** Called when its progress has changed. */
  onProgress(): void;
}

/** Starts a jailed command, monitors it, and settles when it has ended. Rejects if it cannot be started. */
export type Start = (
  command: JailedCommand,
  options: { cwd?: string },
  following: Following,
) => Promise<ProcessEnd>;

/**
 * Starts a process group of its own: a signal reaches all of it, and signals from a terminal to the worker's
 * group do not.
 */
export const spawnProgram: Start = async (command, { cwd }, following) => {
  const { file, args, env, extraFds } = command;
  const child = spawn(file, args, {
    stdio: [following.input ? "pipe" : "ignore", "pipe", "pipe", ...extraFds],
    detached: platform() !== "win32",
    windowsHide: true,
    env,
    ...(cwd !== undefined && { cwd }),
  });
  const { pid, stdout, stderr } = child;
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    if (pid === undefined) return;
    // A program that ends without reading all of it is no error.
    if (following.input && child.stdin) pipeline(following.input, child.stdin, () => undefined);
    if (following.onOutput && stdout) following.onOutput(stdout);
    else stdout?.setEncoding(following.encoding).on("data", (text: string) => following.onStdout(text));
    stderr?.setEncoding("utf8").on("data", (text: string) => following.onStderr(text));
    // Before its output is closed, which a leftover process might keep open.
    child.once("exit", () => endGroup(pid));
    child.once("close", (code, signal) => resolve({ code, signal }));
    following.onStart({ pid, kill: (signal) => void signalTree(pid, signal) });
  });
};
