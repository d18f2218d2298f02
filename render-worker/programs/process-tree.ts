import { readKernelFile } from "../cgroups/index.ts";

/**
 * A process and its descendants, parents first. A jail adds processes between the worker and the program; all
 * of them count and receive signals. If the system does not list children, only the process itself.
 */
export function processTree(pid: number): number[] {
  const found = [pid];
  for (const each of found) {
    for (const child of childrenOf(each)) if (!found.includes(child)) found.push(child);
  }
  return found;
}

/** Children of the main thread, which starts processes in all our programs. */
function childrenOf(pid: number): number[] {
  return readKernelFile(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

/**
 * Sends a signal to a program's process group, and to descendants in other groups, once each, since ffmpeg
 * aborts on repeated signals. Returns false if no process is left.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): boolean {
  // Listed before the first of them ends.
  const others = processTree(pid).filter((each) => each !== pid && groupOf(each) !== pid);
  const isDelivered = [send(-pid, signal) || send(pid, signal), ...others.map((each) => send(each, signal))];
  return isDelivered.includes(true);
}

/** Field 5 of proc_pid_stat(5); the second is the program's name. */
function groupOf(pid: number): number | null {
  const stat = readKernelFile(`/proc/${pid}/stat`);
  return stat === "" ? null : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}

/** Kills a program's leftover process group, after the program has ended. */
export const endGroup = (pid: number): boolean => send(-pid, "SIGKILL");

/** Whether a process has this id. */
export const isRunning = (pid: number): boolean => send(pid, 0);

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    // It has ended, or the system has no such signal.
    return false;
  }
}
