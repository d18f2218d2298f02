import { readFile } from "node:fs/promises";

/**
 * Resident bytes of a process and of all that it started, together. Memory that they share counts in each.
 * Linux (`/proc`).
 */
export async function residentBytes(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    const below = await Promise.all(children.split(" ").filter(Boolean).map(Number).map(residentBytes));
    const own = Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    return below.reduce((sum, bytes) => sum + bytes, own);
  } catch {
    // It has just ended.
    return 0;
  }
}

/**
 * Bytes that a process, and those of its children that have ended, read and wrote by system calls, whether
 * from a disk, a pipe or a cache. Linux (`/proc/PID/io`).
 */
export async function bytesMoved(pid: number): Promise<{ read: number; written: number }> {
  const text = await readFile(`/proc/${pid}/io`, "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(text)?.[1]);
  return { read: of("rchar"), written: of("wchar") };
}

/** Looks at a process tree five times a second, until it is disposed of. */
export class PeakMemory implements Disposable {
  peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const look = async () => {
      this.peakBytes = Math.max(this.peakBytes, await residentBytes(pid));
    };
    this.#timer = setInterval(() => void look(), 200);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
