import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Below the worker's group, for the worker itself. */
const leaf = "reelay-worker";

/**
 * Makes the worker's own group of version 2 ready for groups below it, and returns its folder; null where that is refused. A group of version 2 that hands
 * controllers on may hold no processes itself, so the worker moves into a group below: where it shares its group with strangers, it leaves everything as it is.
 */
export async function claimUnified(own: string): Promise<string | null> {
  const folder = basename(own) === leaf ? dirname(own) : own;
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
  const has = (text: string) => ["memory", "pids"].every((name) => text.split(/\s+/).includes(name));
  if (!has(await read("cgroup.controllers"))) return null;
  if (has(await read("cgroup.subtree_control"))) return folder;
  const members = (await read("cgroup.procs")).split("\n").filter(Boolean).map(Number);
  const line = await ancestors(process.pid);
  if (!members.every((pid) => line.includes(pid))) return null;
  try {
    await mkdir(join(folder, leaf)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    for (const pid of members) await writeFile(join(folder, leaf, "cgroup.procs"), String(pid));
    await writeFile(join(folder, "cgroup.subtree_control"), "+memory +pids");
    return folder;
  } catch {
    return null;
  }
}

/** A process and those that it comes from. */
async function ancestors(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (let at = pid; at > 0; ) {
    found.push(at);
    const status = await readFile(`/proc/${at}/status`, "utf8").catch(() => "");
    at = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return found;
}
