import { readdir, readFile } from "node:fs/promises";

/** Threads of all processes of this process's user, as `RLIMIT_NPROC` counts them. */
export async function countThreads(): Promise<number> {
  const uid = String(process.getuid?.() ?? "");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      if (/^Uid:\s+(\d+)/m.exec(status)?.[1] !== uid) return 0;
      return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
