import type { JailLimits } from "./jail.ts";

/** Numbers of `RLIMIT_…`, the same on all supported architectures. */
const resources = {
  cpu: 0,
  fileSize: 1,
  data: 2,
  core: 4,
  processes: 6,
  openFiles: 7,
  memlock: 8,
  address: 9,
} as const;

/**
 * Directives for a launcher. Memory means allocations, since address space would include what GPU drivers
 * only reserve; a program that reserves little has a limit for that, too. No program writes a core dump.
 */
export function rlimitDirectives(limits: JailLimits, processesBefore = 0): string[] {
  const { memoryBytes, addressBytes, cpuSeconds, fileSizeBytes, processes, openFiles } = limits;
  const values: [number, number | undefined][] = [
    [resources.core, 0],
    [resources.data, memoryBytes],
    [resources.address, addressBytes],
    [resources.cpu, cpuSeconds === undefined ? undefined : Math.max(1, cpuSeconds)],
    [resources.fileSize, fileSizeBytes],
    [resources.processes, processes === undefined ? undefined : processes + processesBefore],
    [resources.openFiles, openFiles],
  ];
  return values.flatMap(([resource, value]) => {
    if (value === undefined) return [];
    const soft = Math.ceil(value);
    // The second signal, which cannot be ignored, follows the first by one second.
    return [`rlimit=${resource}:${soft}:${resource === resources.cpu ? soft + 1 : soft}`];
  });
}
