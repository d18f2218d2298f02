import { readFile } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { type CgroupDirectories, cgroupDirectories } from "../../cgroups/index.ts";

/** What a worker may use. */
export interface Limits {
  /** Bytes of memory, of the worker and its programs together. */
  memoryBytes: number;
  /** Who says so. */
  memoryFrom: "cgroup" | "machine" | "setting";
  /** Processors that it may keep busy; 1.5 is one and a half. */
  cpus: number;
  /** Processors that programs see, whatever their quota. */
  machineCpus: number;
  /** Bytes that are in use within that limit now, by whomever; what the kernel can take back at once is not counted. */
  usedBytes: number;
}

interface Machine {
  totalBytes: number;
  /** What could be given out without swapping. */
  availableBytes: number;
  cpus: number;
}

interface ReadLimitsOptions {
  /** Where `/proc` and `/sys` are looked for. Default `/`. */
  root?: string;
  /** What was set by hand: tighter than what is found, it counts instead. */
  memoryBytes?: number | undefined;
  machine?: Machine;
}

/**
 * The tightest of the control groups that this process is in (versions 1, 2 and both side by side; `memory.high` counts, since beyond it
 * the kernel holds a group up until it crawls), else the machine's. Nothing is thrown: what cannot be read limits nothing.
 */
export async function readLimits(options: ReadLimitsOptions = {}): Promise<Limits> {
  const { root = "/" } = options;
  const machine = options.machine ?? (await readMachine(root));
  const read = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const directories = cgroupDirectories(await read("proc/self/cgroup"), await read("proc/self/mountinfo"));
  const memory = await readMemory(directories, read, machine.totalBytes);
  const found = memory ?? {
    memoryBytes: machine.totalBytes,
    usedBytes: machine.totalBytes - machine.availableBytes,
  };
  const { memoryBytes: set } = options;
  return {
    ...(set !== undefined && set < found.memoryBytes
      ? // It is for the worker alone: what others use lies beside it.
        { memoryBytes: set, memoryFrom: "setting", usedBytes: 0 }
      : { ...found, memoryFrom: memory === null ? "machine" : "cgroup" }),
    cpus: Math.min(machine.cpus, ...(await readCpus(directories, read))),
    machineCpus: machine.cpus,
  };
}

type Read = (path: string) => Promise<string>;

async function readMemory(
  { unified, memory }: CgroupDirectories,
  read: Read,
  totalBytes: number,
): Promise<{ memoryBytes: number; usedBytes: number } | null> {
  const candidates = await Promise.all([
    ...unified.flatMap((directory) =>
      ["memory.max", "memory.high"].map(async (file) => ({
        limit: toBytes(await read(join(directory, file))),
        usedBytes: toUsed(await read(join(directory, "memory.stat")), ["anon", "shmem", "kernel_stack"]),
      })),
    ),
    ...memory.map(async (directory) => ({
      limit: toBytes(await read(join(directory, "memory.limit_in_bytes"))),
      usedBytes: toUsed(await read(join(directory, "memory.stat")), ["total_rss", "total_shmem"]),
    })),
  ]);
  // Version 1 says "no limit" with a number that no machine has.
  const limits = candidates.flatMap(({ limit, usedBytes }) =>
    limit !== null && limit < totalBytes ? [{ memoryBytes: limit, usedBytes }] : [],
  );
  return limits.toSorted((a, b) => a.memoryBytes - b.memoryBytes)[0] ?? null;
}

async function readCpus({ unified, cpu }: CgroupDirectories, read: Read): Promise<number[]> {
  const quotas = await Promise.all([
    ...unified.map(async (directory) => (await read(join(directory, "cpu.max"))).split(/\s+/)),
    ...cpu.map((directory) =>
      Promise.all([read(join(directory, "cpu.cfs_quota_us")), read(join(directory, "cpu.cfs_period_us"))]),
    ),
  ]);
  return quotas
    .map(([quota, period]) => Number(quota || Number.NaN) / Number(period || Number.NaN))
    .filter((cpus) => Number.isFinite(cpus) && cpus > 0);
}

function toBytes(text: string): number | null {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

const toUsed = (stat: string, names: readonly string[]): number =>
  stat
    .split("\n")
    .map((line) => line.split(" "))
    .reduce((sum, [name, value]) => sum + (names.includes(name ?? "") ? Number(value) || 0 : 0), 0);

async function readMachine(root: string): Promise<Machine> {
  const meminfo = await readFile(join(root, "proc/meminfo"), "utf8").catch(() => "");
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  return {
    totalBytes: totalmem(),
    availableBytes: available === undefined ? freemem() : Number(available) * 1024,
    cpus: availableParallelism(),
  };
}
