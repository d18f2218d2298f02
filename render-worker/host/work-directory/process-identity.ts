import { readFile } from "node:fs/promises";

/** Whether any process has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Start time of a process (in the kernel's ticks), which distinguishes it from a later one with the same id.
 * Null if there is no such process, or the system does not provide it.
 */
export async function startedAt(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The second field is the program's name, which may contain anything, so fields count from the last
  // parenthesis.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** As stored beside the process's files. */
interface ProcessIdentity {
  pid: number;
  startedAt: string | null;
}

export const identify = async (pid: number): Promise<ProcessIdentity> => ({
  pid,
  startedAt: await startedAt(pid),
});

/** Whether this very process still runs. If the start time is unknown, any process with the id counts. */
export async function isRunning({ pid, startedAt: then }: ProcessIdentity): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return then === null || (await startedAt(pid)) === then;
}
