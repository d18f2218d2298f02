import { readFile } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { type CgroupDirectories, cgroupDirectories } from "../../cgroups/index.ts";

/** Resources of a worker. */
export interface Limits {
  /** Bytes of memory, of the worker and its programs together. */
  memoryBytes: number;
  /** Origin of the limit. */
  memoryFrom: "cgroup" | "machine" | "setting";
  /** Usable processors; 1.5 is one and a half. */
  cpus: number;
  /** Visible processors, whatever the quota. */
  machineCpus: number;
  /** Bytes in use within the limit by any process, without what the kernel can reclaim immediately. */
  usedBytes: number;
}

interface Machine {
  totalBytes: number;
  /** Memory available without swapping. */
  availableBytes: number;
  cpus: number;
}

interface ReadLimitsOptions {
  /** Parent of `/proc` and `/sys`. Default `/`. */
  root?: string;
  /** Configured limit. Takes effect if it is tighter than the detected one. */
  memoryBytes?: number | undefined;
  machine?: Machine;
}

/**
 * The tightest limit of this process's control groups (versions 1, 2 and both; `memory.high` counts, since
 * the kernel slows a group down beyond it), else the machine's. Never throws: an unreadable file limits
 * nothing.
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
      ? // The limit applies to the worker alone; other processes are outside it.
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
  // Version 1 expresses "no limit" as an impossibly large number.
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
