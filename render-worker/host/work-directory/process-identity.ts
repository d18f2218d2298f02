import { readFile } from "node:fs/promises";

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * A process, told apart from a later one that got the same id: by when it was started (in the kernel's ticks), where the system
 * says so. Null when there is no such process or the system does not say.
 */
export async function startedAt(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The second field is the program's name, which may contain anything: count from the last parenthesis.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** As it is written beside what the process owns. */
interface ProcessIdentity {
  pid: number;
  startedAt: string | null;
}

export const identify = async (pid: number): Promise<ProcessIdentity> => ({
  pid,
  startedAt: await startedAt(pid),
});

/** Whether that very process still runs. Where the start time is unknown, an existing id is taken for it. */
export async function isRunning({ pid, startedAt: then }: ProcessIdentity): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return then === null || (await startedAt(pid)) === then;
}
