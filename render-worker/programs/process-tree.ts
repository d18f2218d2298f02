import { readFileSync } from "node:fs";

/**
 * The processes below one, itself included, parents first. A jail puts processes of its own between the one that the worker started and the
 * program: all of them count, and all of them get a signal. Where the system does not list children, only the process itself is found.
 */
export function processTree(pid: number): number[] {
  const found = [pid];
  for (const each of found) {
    for (const child of childrenOf(each)) if (!found.includes(child)) found.push(child);
  }
  return found;
}

/** Children of the main thread: in all our programs it is the one that starts processes. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/**
 * Sends a signal to a program's process group, and to what is below it in other groups: once to each, as ffmpeg gives up at once when it gets
 * a signal several times. Returns false when there is nothing left that could get it.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): boolean {
  // Found before the first of them ends.
  const others = processTree(pid).filter((each) => each !== pid && groupOf(each) !== pid);
  const isDelivered = [send(-pid, signal) || send(pid, signal), ...others.map((each) => send(each, signal))];
  return isDelivered.includes(true);
}

/** Field 5 of proc_pid_stat(5), where the program's name is the second. */
function groupOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return null;
  }
}

/** Ends what a program has left behind in its process group, once it has ended itself. */
export const endGroup = (pid: number): boolean => send(-pid, "SIGKILL");

/** Whether there is a process with this id. */
export const isRunning = (pid: number): boolean => send(pid, 0);

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    // It has ended, or the system has no such signal.
    return false;
  }
}
