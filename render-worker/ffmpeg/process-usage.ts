import { readFile } from "node:fs/promises";

/** What a running process has used so far. */
export interface ProcessUsage {
  cpuSeconds: number;
  /** Held now. */
  memoryBytes: number;
  peakMemoryBytes: number;
}

/** The kernel counts CPU time for programs in hundredths of a second, whatever its own clock. */
const ticksPerSecond = 100;

/** Reads `/proc`; null where there is none, and when the process has ended. */
export async function readProcessUsage(pid: number): Promise<ProcessUsage | null> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/status`, "utf8"),
    ]);
    return parseProcessUsage(stat, status);
  } catch {
    return null;
  }
}

/** Of the texts of `/proc/PID/stat` and `/proc/PID/status`. A zombie has no memory any more: null. */
export function parseProcessUsage(stat: string, status: string): ProcessUsage | null {
  // The program's name, in brackets, may hold blanks and brackets of its own. After it comes field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[14 - 3]) + Number(fields[15 - 3]);
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  const held = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (Number.isNaN(ticks) || peak === undefined || held === undefined) return null;
  return {
    cpuSeconds: ticks / ticksPerSecond,
    memoryBytes: Number(held) * 1_024,
    peakMemoryBytes: Number(peak) * 1_024,
  };
}
