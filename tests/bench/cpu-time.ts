import { readFile } from "node:fs/promises";

/** Linux counts in clock ticks of this many per second, whatever the kernel's own. */
const ticksPerSecond = 100;

/**
 * CPU seconds of a process, and of those of its children that have ended and were waited for. Linux
 * (`/proc/PID/stat`).
 */
export async function cpuSecondsOf(pid: number): Promise<{ own: number; children: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name, in brackets, may hold blanks: fields are counted from behind it. utime is the 14th of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    own: (user + system) / ticksPerSecond,
    children: (childUser + childSystem) / ticksPerSecond,
  };
}
