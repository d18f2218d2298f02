import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cgroupDirectories } from "./cgroup-directories.ts";

/**
 * Number of processes that the kernel has killed for lack of memory, the maximum over this process's control
 * groups and the machine. Never decreases. Null without a counter.
 */
export async function countOomKills(root = "/"): Promise<number | null> {
  const read = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const { unified, memory } = cgroupDirectories(
    await read("proc/self/cgroup"),
    await read("proc/self/mountinfo"),
  );
  const accounts = await Promise.all([
    read("proc/vmstat"),
    ...unified.map((directory) => read(join(directory, "memory.events"))),
    ...memory.map((directory) => read(join(directory, "memory.oom_control"))),
  ]);
  const counts = accounts.map(readOomKills).filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** From `vmstat`, `memory.events` or `memory.oom_control`; null if it has no such line. */
export function readOomKills(text: string): number | null {
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
