import { rmdirSync } from "node:fs";
import { mkdir, readdir, readlink, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupDirectories, readKernelFile, readOomKills } from "../../cgroups/index.ts";
import type { JailLimits } from "../jail.ts";

/** A control group for one program. Its limits apply to all of the program's processes together. */
interface ControlGroup {
  /** Each accepts the id of a joining process, or 0 for the writer. */
  memberFiles: string[];
  /** Whether the kernel killed one of its processes for lack of memory. */
  isOutOfMemory(): Promise<boolean>;
  /** Kills the remaining processes, and removes the group. */
  remove(): Promise<void>;
}

/** A folder for control groups, one per hierarchy that limits memory or processes. */
interface Hierarchy {
  folder: string;
  /** Names of the files for limits and for kills; null if another hierarchy limits memory. */
  memory: { limit: string; noSwap: string | null; events: string } | null;
  processes: string | null;
}

const WITHIN_MS = 2_000;
const version1 = {
  memory: { limit: "memory.limit_in_bytes", noSwap: null, events: "memory.oom_control" },
  processes: "pids.max",
} as const;
const version2 = {
  memory: { limit: "memory.max", noSwap: "memory.swap.max", events: "memory.events" },
  processes: "pids.max",
} as const;

/**
 * Control groups (cgroups(7)) below the worker's own, for limits on memory and processes, in version 1 and 2.
 * Null if the worker may not create any, as in most containers.
 */
export class ControlGroups {
  readonly #hierarchies: readonly Hierarchy[];
  #made = 0;

  private constructor(hierarchies: readonly Hierarchy[]) {
    this.#hierarchies = hierarchies;
  }

  static #opened: Promise<ControlGroups | null> | undefined;

  /** The groups of this process. */
  static ofThisProcess(): Promise<ControlGroups | null> {
    return (ControlGroups.#opened ??= ControlGroups.#open());
  }

  static async #open(): Promise<ControlGroups | null> {
    const own = cgroupDirectories(
      readKernelFile("/proc/self/cgroup"),
      readKernelFile("/proc/self/mountinfo"),
    );
    const unified = own.unified[0] === undefined ? null : await claimUnified(own.unified[0]);
    const found: Hierarchy[] =
      unified === null
        ? [
            ...own.memory.slice(0, 1).map((folder) => ({ folder, memory: version1.memory, processes: null })),
            ...own.pids
              .slice(0, 1)
              .map((folder) => ({ folder, memory: null, processes: version1.processes })),
          ]
        : [{ ...version2, folder: unified }];
    const hasAll =
      found.some(({ memory }) => memory !== null) && found.some(({ processes }) => processes !== null);
    if (!hasAll) return null;
    const prefix = await ownPrefix();
    const groups = new ControlGroups(
      found.map((each) => ({ ...each, folder: join(each.folder, `${prefix}${process.pid}`) })),
    );
    try {
      for (const { folder } of found) await removeLeftOver(folder, prefix);
      for (const { folder } of groups.#hierarchies) {
        await mkdir(folder);
        if (unified !== null) await writeFile(join(folder, "cgroup.subtree_control"), "+memory +pids");
      }
      await (await groups.make({ memoryBytes: 1024 ** 3, processes: 8 })).remove();
      process.once("exit", () => groups.#close());
      return groups;
    } catch {
      groups.#close();
      return null;
    }
  }

  /** Creates a group with these limits for one program. */
  async make({
    memoryBytes,
    processes,
  }: Pick<JailLimits, "memoryBytes" | "processes">): Promise<ControlGroup> {
    const name = String(this.#made++);
    const own = this.#hierarchies.map((each) => ({ ...each, folder: join(each.folder, name) }));
    for (const { folder, memory, processes: count } of own) {
      await mkdir(folder);
      if (memory && memoryBytes !== undefined) {
        await writeFile(join(folder, memory.limit), String(Math.ceil(memoryBytes)));
        // If the kernel counts swap.
        if (memory.noSwap) await writeFile(join(folder, memory.noSwap), "0").catch(() => undefined);
      }
      if (count && processes !== undefined) await writeFile(join(folder, count), String(processes));
    }
    return {
      memberFiles: own.map(({ folder }) => join(folder, "cgroup.procs")),
      async isOutOfMemory() {
        for (const { folder, memory } of own) {
          const text = memory && readKernelFile(join(folder, memory.events));
          if (text && (readOomKills(text) ?? 0) > 0) return true;
        }
        return false;
      },
      async remove() {
        for (const { folder } of own) await removeGroup(folder);
      },
    };
  }

  #close(): void {
    for (const { folder } of this.#hierarchies) {
      try {
        rmdirSync(folder);
      } catch {
        // Never created, or still in use: the next worker removes it.
      }
    }
  }
}

/** Process ids are unique only within their namespace; a container may see the same hierarchies. */
const ownPrefix = async (): Promise<string> =>
  `reelay-${(await readlink("/proc/self/ns/pid")).replaceAll(/\D/g, "")}-`;

/** Removes groups of workers that were killed. Workers that start at the same time may do so together. */
export async function removeLeftOver(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isInteger(pid) || (pid !== process.pid && isAlive(pid))) continue;
    const groups = await readdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    for (const group of groups) if (/^\d+$/.test(group)) await removeGroup(join(folder, name, group));
    await rmdir(join(folder, name)).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A group can be removed only once its last process is gone, shortly after being killed. */
async function removeGroup(folder: string): Promise<void> {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const members = readKernelFile(join(folder, "cgroup.procs")).split("\n");
    for (const pid of members.filter(Boolean).map(Number)) if (pid > 0) kill(pid);
    const isGone = await rmdir(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === "ENOENT",
    );
    if (isGone || Date.now() > until) return;
    await sleep(10);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Group of the worker itself, below its original one. */
const LEAF = "reelay-worker";

/**
 * Prepares the worker's version 2 group for groups below it. Returns its folder; null if that is not
 * permitted. A version 2 group that delegates controllers may not contain processes, so the worker moves into
 * a group below. If it shares its group with other processes, nothing changes.
 */
async function claimUnified(own: string): Promise<string | null> {
  const folder = basename(own) === LEAF ? dirname(own) : own;
  const read = (name: string) => readKernelFile(join(folder, name));
  const has = (text: string) => ["memory", "pids"].every((name) => text.split(/\s+/).includes(name));
  if (!has(read("cgroup.controllers"))) return null;
  if (has(read("cgroup.subtree_control"))) return folder;
  const members = read("cgroup.procs").split("\n").filter(Boolean).map(Number);
  const line = ancestors(process.pid);
  if (!members.every((pid) => line.includes(pid))) return null;
  try {
    await mkdir(join(folder, LEAF)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    for (const pid of members) await writeFile(join(folder, LEAF, "cgroup.procs"), String(pid));
    await writeFile(join(folder, "cgroup.subtree_control"), "+memory +pids");
    return folder;
  } catch {
    return null;
  }
}

/** A process and its ancestors. */
function ancestors(pid: number): number[] {
  const found: number[] = [];
  for (let at = pid; at > 0; ) {
    found.push(at);
    const status = readKernelFile(`/proc/${at}/status`);
    at = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return found;
}
