import { join } from "node:path";
import { cgroupDirectories } from "./cgroup-directories.ts";
import { readKernelFile } from "./read-kernel-file.ts";

/**
 * Number of processes that the kernel has killed for lack of memory, the maximum over this process's control
 * groups and the machine. Never decreases. Null without a counter.
 */
export function countOomKills(root = "/"): number | null {
  const read = (path: string) => readKernelFile(join(root, path));
  const { unified, memory } = cgroupDirectories(read("proc/self/cgroup"), read("proc/self/mountinfo"));
  const accounts = [
    read("proc/vmstat"),
    ...unified.map((directory) => read(join(directory, "memory.events"))),
    ...memory.map((directory) => read(join(directory, "memory.oom_control"))),
  ];
  const counts = accounts.map(readOomKills).filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** From `vmstat`, `memory.events` or `memory.oom_control`; null if it has no such line. */
export function readOomKills(text: string): number | null {
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
