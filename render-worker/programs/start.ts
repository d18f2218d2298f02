import { spawn } from "node:child_process";
import { platform } from "node:os";
import type { JailedCommand, ProcessEnd } from "../jail/index.ts";
import { endGroup, signalTree } from "./process-tree.ts";

/** A program that runs. */
export interface Started {
  /** Undefined where the system does not give it away. */
  pid: number | undefined;
  /** Sends a signal to all processes of it. */
  kill(signal: NodeJS.Signals): void;
}

interface Following {
  encoding: BufferEncoding;
  onStart(started: Started): void;
  onStdout(text: string): void;
  onStderr(text: string): void;
  /** It has said something new about how far it is. */
  onProgress(): void;
}

/** Starts what a jail made of a program, follows it, and settles when it has ended. Rejects when it cannot be started. */
export type Start = (
  command: JailedCommand,
  options: { cwd?: string },
  following: Following,
) => Promise<ProcessEnd>;

/** As a process group of its own: a signal reaches all of it, and what a terminal sends to the worker's group does not. */
export const spawnProgram: Start = async (command, { cwd }, following) => {
  const { file, args, env, extraFds } = command;
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe", ...extraFds],
    detached: platform() !== "win32",
    windowsHide: true,
    env,
    ...(cwd !== undefined && { cwd }),
  });
  const { pid, stdout, stderr } = child;
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    if (pid === undefined) return;
    stdout?.setEncoding(following.encoding).on("data", (text: string) => following.onStdout(text));
    stderr?.setEncoding("utf8").on("data", (text: string) => following.onStderr(text));
    // Before its output has ended: something that it left behind might hold that open for ever.
    child.once("exit", () => endGroup(pid));
    child.once("close", (code, signal) => resolve({ code, signal }));
    following.onStart({ pid, kill: (signal) => void signalTree(pid, signal) });
  });
};
