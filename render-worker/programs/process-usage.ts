import { readKernelFile } from "../cgroups/index.ts";
import { processTree } from "./process-tree.ts";

/** Resources that a running program has used so far, in all its processes. */
export interface ProcessUsage {
  cpuSeconds: number;
  /** Current memory. */
  memoryBytes: number;
  peakMemoryBytes: number;
}

/** The kernel reports programs' CPU time in hundredths of a second, whatever its own clock. */
const TICKS_PER_SECOND = 100;

/**
 * Usage of a process and its descendants; null if the system does not provide it, and after its end. Peaks
 * are added up, since a jail's own processes are small.
 */
export function readProgramUsage(pid: number): ProcessUsage | null {
  const all = processTree(pid)
    .map(readProcessUsage)
    .filter((usage) => usage !== null);
  return all.length === 0 ? null : all.reduce(add);
}

const add = (a: ProcessUsage, b: ProcessUsage): ProcessUsage => ({
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
  memoryBytes: a.memoryBytes + b.memoryBytes,
  peakMemoryBytes: a.peakMemoryBytes + b.peakMemoryBytes,
});

const readProcessUsage = (pid: number): ProcessUsage | null =>
  parseProcessUsage(readKernelFile(`/proc/${pid}/stat`), readKernelFile(`/proc/${pid}/status`));

/** Parses `/proc/PID/stat` and `/proc/PID/status`. Null for a zombie, which has no memory. */
export function parseProcessUsage(stat: string, status: string): ProcessUsage | null {
  // The program's name may contain blanks and parentheses. Field 3 follows it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Its own (14 and 15), and those of ended children (16 and 17).
  const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  const held = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (Number.isNaN(ticks) || peak === undefined || held === undefined) return null;
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    memoryBytes: Number(held) * 1_024,
    peakMemoryBytes: Number(peak) * 1_024,
  };
}
