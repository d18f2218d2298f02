import { readFile } from "node:fs/promises";

/**
 * The program of a jail, below the processes that made it: bubblewrap, the first process inside, the launcher, which starts its relay before the program.
 * Null when it is not there.
 */
export async function findProgramPid(
  outermost: number,
  { hasRelay }: { hasRelay: boolean },
): Promise<number | null> {
  let pid = outermost;
  for (const index of [0, 0, hasRelay ? 1 : 0]) {
    const next = (await children(pid))[index];
    if (next === undefined) return null;
    pid = next;
  }
  return pid;
}

const children = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => ""))
    .split(" ")
    .filter(Boolean)
    .map(Number);
