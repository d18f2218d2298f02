import { readFile } from "node:fs/promises";

/** Bubblewrap, its first process inside, the launcher: the program is below them, the last of so many that the launcher started. */
export async function findProgramPid(outermost: number, launched: number): Promise<number | null> {
  const inside = (await children(outermost))[0];
  const launcher = inside === undefined ? undefined : (await children(inside))[0];
  if (launcher === undefined) return null;
  return (await children(launcher))[launched - 1] ?? null;
}

const children = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => ""))
    .split(" ")
    .filter(Boolean)
    .map(Number);
